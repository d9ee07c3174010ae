-- Who may do what, finding by initials, claims of cases, saved views, what is late, accounts, rounds of collection.

-- A column's check goes with its column: the rest of the table stays, with all that refers to it.
ALTER TABLE staff RENAME COLUMN role TO old_role;
ALTER TABLE staff ADD COLUMN role TEXT NOT NULL DEFAULT 'clerk'
    CHECK (role IN ('clerk', 'chief', 'approver', 'supervisor', 'administrator', 'technician'));
UPDATE staff SET role = CASE old_role WHEN 'admin' THEN 'administrator' ELSE old_role END;
ALTER TABLE staff DROP COLUMN old_role;
-- Terminals hold those who may open boxes only: administrators are among them no more.
UPDATE counters SET value = value + 1 WHERE name IN ('roster', 'revision');

-- The password is a one-time code until then, and must be changed at the next sign-in.
ALTER TABLE staff ADD COLUMN code_until_ms INTEGER;
ALTER TABLE sessions ADD COLUMN address TEXT NOT NULL DEFAULT '';
CREATE INDEX sessions_staff ON sessions (staff_id);
ALTER TABLE sign_in_tries ADD COLUMN name_key BLOB;

CREATE TABLE case_initials (
    case_id        BLOB NOT NULL REFERENCES cases (id),
    initials_index BLOB NOT NULL,
    PRIMARY KEY (case_id, initials_index)
) STRICT;
CREATE INDEX case_initials_index ON case_initials (initials_index);

CREATE TABLE case_claims (
    case_id  BLOB PRIMARY KEY REFERENCES cases (id),
    staff_id BLOB NOT NULL REFERENCES staff (id),
    since_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE saved_views (
    id       INTEGER PRIMARY KEY,
    staff_id BLOB NOT NULL REFERENCES staff (id),
    name     TEXT NOT NULL,
    query    TEXT NOT NULL,
    UNIQUE (staff_id, name)
) STRICT;
CREATE TABLE escalations (
    id       INTEGER PRIMARY KEY,
    case_id  BLOB NOT NULL REFERENCES cases (id),
    clock    TEXT NOT NULL,
    due_date TEXT NOT NULL,
    level    TEXT NOT NULL CHECK (level IN ('soon', 'over')),
    made_ms  INTEGER NOT NULL,
    seen_ms  INTEGER,
    seen_by  BLOB REFERENCES staff (id),
    UNIQUE (case_id, clock, due_date, level)
) STRICT;
CREATE INDEX cases_changed ON cases (changed_ms);
CREATE INDEX cases_received_by ON cases (received_by) WHERE received_by IS NOT NULL;
CREATE INDEX cases_claimed ON cases (claim_directive) WHERE claim_directive IS NOT NULL;
CREATE INDEX cases_endless ON cases (id) WHERE due_clock IS NOT NULL AND due_date IS NULL;
CREATE INDEX directives_staff ON directives (staff_id, expires_ms);
CREATE INDEX compartments_opened ON compartments (case_id) WHERE state = 'to_be_confirmed';
CREATE INDEX cases_deposited ON cases (deposited_ms);
CREATE INDEX case_events_kind ON case_events (kind, at_ms);
CREATE INDEX cases_soon ON cases (soon_date) WHERE soon_date IS NOT NULL;
CREATE INDEX escalations_open ON escalations (case_id) WHERE seen_ms IS NULL;

-- The boxes of one round share the one-time code of their first directive.
ALTER TABLE directives ADD COLUMN round BLOB;
