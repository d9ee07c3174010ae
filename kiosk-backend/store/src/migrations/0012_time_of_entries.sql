-- What tells the time of a journal's entries: its newest one, what an entry told of its start, and when the terminal last
-- spoke to us. An entry from before this release is not earlier than its terminal.
ALTER TABLE journals ADD COLUMN last_ms INTEGER;
ALTER TABLE journals ADD COLUMN last_boot BLOB;
ALTER TABLE journals ADD COLUMN last_mono_ms INTEGER;
ALTER TABLE journals ADD COLUMN told_boot BLOB;
ALTER TABLE journals ADD COLUMN told_mono_ms INTEGER;
ALTER TABLE journals ADD COLUMN told_ms INTEGER;
ALTER TABLE journals ADD COLUMN live_boot BLOB;
ALTER TABLE journals ADD COLUMN live_mono_ms INTEGER;
ALTER TABLE journals ADD COLUMN live_ms INTEGER;

-- Events of cases whose time nobody knows yet: the event's own is the earliest that is possible.
CREATE TABLE untimed (
    case_id    BLOB NOT NULL REFERENCES cases (id),
    n          INTEGER NOT NULL,
    journal_id BLOB NOT NULL REFERENCES journals (id),
    boot       BLOB NOT NULL,
    mono_ms    INTEGER NOT NULL,
    latest_ms  INTEGER NOT NULL,
    PRIMARY KEY (case_id, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX untimed_boot ON untimed (journal_id, boot);
