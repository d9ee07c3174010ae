-- Telling the applicant: messages and what became of them, parcels, ratings, call-backs.

CREATE TABLE messages (
    id          INTEGER PRIMARY KEY,
    case_id     BLOB NOT NULL REFERENCES cases (id),
    event       TEXT NOT NULL, -- what it tells of: a kind, and the number of the event within the case
    channel     TEXT NOT NULL,
    kind        TEXT NOT NULL,
    mark        TEXT NOT NULL UNIQUE, -- random; with the round it is what the gateway knows it by
    round       INTEGER NOT NULL DEFAULT 1, -- grows when a person sends it again
    state       TEXT NOT NULL
        CHECK (state IN ('queued', 'sending', 'sent', 'delivered', 'failed', 'unknown', 'no_phone')),
    said        TEXT NOT NULL, -- what its template is filled with; nothing personal
    made_ms     INTEGER NOT NULL,
    changed_ms  INTEGER NOT NULL,
    gateway_id  TEXT,
    cause       TEXT,
    UNIQUE (case_id, event, channel)
) STRICT;
CREATE INDEX messages_gateway ON messages (gateway_id) WHERE gateway_id IS NOT NULL;

-- A result that went by express; n is the event that says so.
CREATE TABLE parcels (
    case_id  BLOB NOT NULL REFERENCES cases (id),
    n        INTEGER NOT NULL,
    carrier  TEXT NOT NULL,
    tracking TEXT NOT NULL,
    PRIMARY KEY (case_id, n)
) STRICT;

CREATE TABLE ratings (
    case_id     BLOB PRIMARY KEY REFERENCES cases (id),
    level       INTEGER NOT NULL CHECK (level BETWEEN 1 AND 5),
    via         TEXT NOT NULL CHECK (via IN ('terminal', 'page')),
    at_ms       INTEGER NOT NULL,
    recorded_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX ratings_recorded ON ratings (recorded_ms);
CREATE TRIGGER ratings_keep BEFORE UPDATE ON ratings BEGIN SELECT RAISE(ABORT, 'ratings are insert-only'); END;
CREATE TRIGGER ratings_stay BEFORE DELETE ON ratings BEGIN SELECT RAISE(ABORT, 'ratings are insert-only'); END;

CREATE TABLE callbacks (
    case_id      BLOB PRIMARY KEY REFERENCES cases (id),
    made_ms      INTEGER NOT NULL,
    due_date     TEXT, -- absent while the calendar lacks a year
    escalated_ms INTEGER,
    closed_ms    INTEGER,
    closed_date  TEXT
) STRICT;
CREATE INDEX callbacks_open ON callbacks (due_date) WHERE closed_ms IS NULL;
CREATE TABLE callback_notes (
    case_id  BLOB NOT NULL REFERENCES callbacks (case_id),
    n        INTEGER NOT NULL,
    at_ms    INTEGER NOT NULL,
    staff_id BLOB NOT NULL REFERENCES staff (id),
    outcome  TEXT NOT NULL,
    note     BLOB NOT NULL, -- sealed
    PRIMARY KEY (case_id, n)
) STRICT;
CREATE TRIGGER callback_notes_keep BEFORE UPDATE ON callback_notes
BEGIN SELECT RAISE(ABORT, 'notes of call-backs are insert-only'); END;
CREATE TRIGGER callback_notes_stay BEFORE DELETE ON callback_notes
BEGIN SELECT RAISE(ABORT, 'notes of call-backs are insert-only'); END;

CREATE INDEX cases_uncollected ON cases (due_date) WHERE due_clock = 'collection';
