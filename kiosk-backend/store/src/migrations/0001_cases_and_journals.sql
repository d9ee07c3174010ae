-- Times are milliseconds since the Unix epoch, UTC. Ids are 16 bytes. Hashes are 32 bytes.

CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
INSERT INTO counters (name, value) VALUES ('generation', 1), ('epoch', 0), ('revision', 1), ('roster', 1), ('prefix', 0);
CREATE TABLE texts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

CREATE TABLE windows (
    id         BLOB PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    phone      TEXT,
    added_ms   INTEGER NOT NULL
) STRICT;
CREATE TABLE window_departments (
    department TEXT PRIMARY KEY,
    window_id  BLOB NOT NULL REFERENCES windows (id)
) STRICT;

CREATE TABLE staff (
    id           BLOB PRIMARY KEY,
    name         TEXT NOT NULL UNIQUE,
    role         TEXT NOT NULL CHECK (role IN ('clerk', 'chief', 'admin')),
    password_phc TEXT NOT NULL,
    card_hash    TEXT UNIQUE,
    pin_phc      TEXT,
    added_ms     INTEGER NOT NULL,
    disabled_ms  INTEGER
) STRICT;
CREATE TABLE staff_windows (
    staff_id  BLOB NOT NULL REFERENCES staff (id),
    window_id BLOB NOT NULL REFERENCES windows (id),
    PRIMARY KEY (staff_id, window_id)
) STRICT;

CREATE TABLE kiosks (
    id              BLOB PRIMARY KEY,
    name            TEXT NOT NULL UNIQUE,
    receipt_prefix  TEXT NOT NULL UNIQUE,
    code_hash       BLOB,
    code_expires_ms INTEGER,
    public_key      BLOB,
    software        TEXT,
    added_ms        INTEGER NOT NULL,
    enrolled_ms     INTEGER,
    revoked_ms      INTEGER,
    seen_ms         INTEGER,
    heartbeat       TEXT
) STRICT;
CREATE UNIQUE INDEX kiosks_code ON kiosks (code_hash);

CREATE TABLE journals (
    id            BLOB PRIMARY KEY,
    kiosk_id      BLOB NOT NULL REFERENCES kiosks (id),
    next_seq      INTEGER NOT NULL,
    head          BLOB NOT NULL,
    first_seen_ms INTEGER NOT NULL,
    forked_ms     INTEGER,
    forked_seq    INTEGER
) STRICT;
CREATE TABLE entries (
    id           INTEGER PRIMARY KEY,
    journal_id   BLOB NOT NULL REFERENCES journals (id),
    seq          INTEGER NOT NULL,
    hash         BLOB NOT NULL,
    header       TEXT NOT NULL,
    payload_hash BLOB,
    payload      BLOB,
    received_ms  INTEGER NOT NULL,
    set_aside    TEXT,
    looked_ms    INTEGER,
    looked_by    BLOB REFERENCES staff (id)
) STRICT;
CREATE UNIQUE INDEX entries_address ON entries (journal_id, seq);
CREATE INDEX entries_set_aside ON entries (id) WHERE set_aside IS NOT NULL;

CREATE TABLE cases (
    id              BLOB PRIMARY KEY,
    receipt         TEXT NOT NULL UNIQUE,
    kiosk_id        BLOB NOT NULL REFERENCES kiosks (id),
    entry_id        INTEGER NOT NULL REFERENCES entries (id),
    item            TEXT NOT NULL,
    item_version    INTEGER NOT NULL,
    department      TEXT NOT NULL,
    window_id       BLOB REFERENCES windows (id),
    state           TEXT NOT NULL,
    version         INTEGER NOT NULL,
    compartment     INTEGER,
    prepared_ms     INTEGER NOT NULL,
    deposited_ms    INTEGER,
    due_date        TEXT,
    changed_ms      INTEGER NOT NULL,
    person_index    BLOB,
    last4_index     BLOB,
    name_index      BLOB,
    phone_index     BLOB,
    news_version    INTEGER NOT NULL DEFAULT 1,
    received_by     BLOB,
    received_ms     INTEGER,
    doubt           TEXT,
    claim_directive BLOB
) STRICT;
CREATE INDEX cases_window ON cases (window_id, state, deposited_ms);
CREATE INDEX cases_state ON cases (state);
CREATE INDEX cases_person ON cases (person_index);
CREATE INDEX cases_last4 ON cases (last4_index);
CREATE INDEX cases_name ON cases (name_index);
CREATE INDEX cases_phone ON cases (phone_index);

CREATE TABLE case_events (
    case_id     BLOB NOT NULL REFERENCES cases (id),
    n           INTEGER NOT NULL,
    kind        TEXT NOT NULL,
    at_ms       INTEGER NOT NULL,
    recorded_ms INTEGER NOT NULL,
    staff_id    BLOB, -- no reference: a terminal may name someone whom a restored backup has not met yet
    kiosk_id    BLOB REFERENCES kiosks (id),
    compartment INTEGER,
    note        TEXT,
    PRIMARY KEY (case_id, n)
) STRICT;
CREATE TRIGGER case_events_keep BEFORE UPDATE ON case_events BEGIN SELECT RAISE(ABORT, 'case events are insert-only'); END;
CREATE TRIGGER case_events_stay BEFORE DELETE ON case_events BEGIN SELECT RAISE(ABORT, 'case events are insert-only'); END;

CREATE TABLE case_reads (
    case_id  BLOB NOT NULL REFERENCES cases (id),
    staff_id BLOB NOT NULL REFERENCES staff (id),
    read_ms  INTEGER NOT NULL,
    version  INTEGER NOT NULL,
    PRIMARY KEY (case_id, staff_id)
) STRICT;

CREATE TABLE compartments (
    kiosk_id BLOB NOT NULL REFERENCES kiosks (id),
    no       INTEGER NOT NULL,
    state    TEXT NOT NULL,
    case_id  BLOB,
    since_ms INTEGER NOT NULL,
    PRIMARY KEY (kiosk_id, no)
) STRICT;

CREATE TABLE directives (
    id          BLOB PRIMARY KEY,
    kiosk_id    BLOB NOT NULL REFERENCES kiosks (id),
    generation  INTEGER NOT NULL,
    issued_ms   INTEGER NOT NULL,
    expires_ms  INTEGER NOT NULL,
    staff_id    BLOB NOT NULL REFERENCES staff (id),
    order_word  TEXT NOT NULL,
    case_id     BLOB REFERENCES cases (id),
    compartment INTEGER,
    body        TEXT NOT NULL,
    signature   TEXT NOT NULL,
    armed_ms    INTEGER,
    answered_ms INTEGER,
    outcome     TEXT
) STRICT;
CREATE INDEX directives_open ON directives (kiosk_id, expires_ms) WHERE outcome IS NULL;

CREATE TABLE jobs (
    id               INTEGER PRIMARY KEY,
    job_key          TEXT NOT NULL UNIQUE,
    target           TEXT NOT NULL,
    body             TEXT NOT NULL,
    made_ms          INTEGER NOT NULL,
    due_ms           INTEGER NOT NULL,
    tries            INTEGER NOT NULL DEFAULT 0,
    claimed_until_ms INTEGER,
    done_ms          INTEGER,
    failed_ms        INTEGER,
    last_error       TEXT
) STRICT;
CREATE INDEX jobs_waiting ON jobs (due_ms) WHERE done_ms IS NULL AND failed_ms IS NULL;

CREATE TABLE catalogues (
    etag        TEXT PRIMARY KEY,
    version     INTEGER NOT NULL,
    body        TEXT NOT NULL,
    imported_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE item_versions (
    code        TEXT NOT NULL,
    version     INTEGER NOT NULL,
    department  TEXT NOT NULL,
    body        TEXT NOT NULL,
    body_hash   BLOB NOT NULL,
    imported_ms INTEGER NOT NULL,
    PRIMARY KEY (code, version)
) STRICT;
CREATE TABLE calendars (
    year        INTEGER PRIMARY KEY,
    body        TEXT NOT NULL,
    imported_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE audit (
    seq      INTEGER PRIMARY KEY,
    at_ms    INTEGER NOT NULL,
    actor    TEXT NOT NULL,
    action   TEXT NOT NULL,
    case_id  BLOB,
    detail   TEXT NOT NULL,
    prev     BLOB NOT NULL,
    hash     BLOB NOT NULL
) STRICT;
CREATE TRIGGER audit_keep BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is insert-only'); END;
CREATE TRIGGER audit_stay BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is insert-only'); END;
