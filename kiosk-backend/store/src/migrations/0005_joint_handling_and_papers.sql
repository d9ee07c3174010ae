-- Joint handling, what the window keys in, notes, attachments, mandates, the green channel, a hash chain of events.

-- Each event's hash covers its predecessor's; absent before this release.
ALTER TABLE case_events ADD COLUMN hash BLOB;

-- One part (会办) for each department that was asked. State and days are what its events amount to, for lists.
CREATE TABLE joint_parts (
    id          BLOB PRIMARY KEY,
    case_id     BLOB NOT NULL REFERENCES cases (id),
    round       INTEGER NOT NULL, -- number of the case's event that asked
    department  TEXT NOT NULL,
    window_id   BLOB REFERENCES windows (id),
    days        INTEGER NOT NULL,
    state       TEXT NOT NULL,
    asked_ms    INTEGER NOT NULL,
    answered_ms INTEGER,
    due_date    TEXT,
    soon_date   TEXT,
    UNIQUE (case_id, round, department)
) STRICT;
CREATE INDEX joint_parts_open ON joint_parts (window_id, due_date) WHERE state = 'asked';
CREATE TABLE joint_events (
    part_id  BLOB NOT NULL REFERENCES joint_parts (id),
    n        INTEGER NOT NULL,
    kind     TEXT NOT NULL,
    at_ms    INTEGER NOT NULL,
    staff_id BLOB,
    body     BLOB, -- opinion or reason, sealed
    PRIMARY KEY (part_id, n)
) STRICT;
CREATE TRIGGER joint_events_keep BEFORE UPDATE ON joint_events BEGIN SELECT RAISE(ABORT, 'events are insert-only'); END;
CREATE TRIGGER joint_events_stay BEFORE DELETE ON joint_events BEGIN SELECT RAISE(ABORT, 'events are insert-only'); END;

-- What was keyed in from the form on paper, and by the window: each keying stays, the last of a field holds.
CREATE TABLE case_fields (
    case_id  BLOB NOT NULL REFERENCES cases (id),
    n        INTEGER NOT NULL, -- number of the case's event
    field    TEXT NOT NULL,
    at_ms    INTEGER NOT NULL,
    staff_id BLOB NOT NULL REFERENCES staff (id),
    body     BLOB NOT NULL, -- sealed
    PRIMARY KEY (case_id, n, field)
) STRICT;
CREATE TRIGGER case_fields_keep BEFORE UPDATE ON case_fields BEGIN SELECT RAISE(ABORT, 'keyed fields are insert-only'); END;
CREATE TRIGGER case_fields_stay BEFORE DELETE ON case_fields BEGIN SELECT RAISE(ABORT, 'keyed fields are insert-only'); END;

-- Notes, mandates and names of files: sealed texts that belong to one event of a case.
CREATE TABLE case_papers (
    case_id  BLOB NOT NULL REFERENCES cases (id),
    n        INTEGER NOT NULL, -- number of the case's event
    kind     TEXT NOT NULL CHECK (kind IN ('note', 'mandate', 'file')),
    at_ms    INTEGER NOT NULL,
    staff_id BLOB NOT NULL REFERENCES staff (id),
    body     BLOB NOT NULL, -- sealed
    PRIMARY KEY (case_id, n)
) STRICT;
CREATE TRIGGER case_papers_keep BEFORE UPDATE ON case_papers BEGIN SELECT RAISE(ABORT, 'notes and papers are insert-only'); END;
CREATE TRIGGER case_papers_stay BEFORE DELETE ON case_papers BEGIN SELECT RAISE(ABORT, 'notes and papers are insert-only'); END;

-- Attachments; their content is sealed in the folder `files` under its SHA-256.
CREATE TABLE case_files (
    case_id BLOB NOT NULL REFERENCES cases (id),
    n       INTEGER NOT NULL, -- number of the case's event
    sha256  BLOB NOT NULL,
    content BLOB NOT NULL, -- names the sealed content that this hash stands for
    kind    TEXT NOT NULL CHECK (kind IN ('pdf', 'png', 'jpeg')),
    size    INTEGER NOT NULL,
    PRIMARY KEY (case_id, n)
) STRICT;
CREATE TRIGGER case_files_keep BEFORE UPDATE ON case_files BEGIN SELECT RAISE(ABORT, 'attachments are insert-only'); END;
CREATE TRIGGER case_files_stay BEFORE DELETE ON case_files BEGIN SELECT RAISE(ABORT, 'attachments are insert-only'); END;

-- When a chief put the case into the green channel (绿色通道); absent when it is not in it.
ALTER TABLE cases ADD COLUMN green_ms INTEGER;

-- The archive of a case takes what the audit says of it.
CREATE INDEX audit_case ON audit (case_id) WHERE case_id IS NOT NULL;
