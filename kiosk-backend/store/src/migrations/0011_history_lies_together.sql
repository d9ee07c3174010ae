-- What happened to a case lies together, in order: its history is read in one place, and an event is written to one.

CREATE TABLE case_events_of_case (
    case_id     BLOB NOT NULL REFERENCES cases (id),
    n           INTEGER NOT NULL,
    kind        TEXT NOT NULL,
    at_ms       INTEGER NOT NULL,
    recorded_ms INTEGER NOT NULL,
    staff_id    BLOB, -- no reference: a terminal may name someone whom a restored backup has not met yet
    kiosk_id    BLOB REFERENCES kiosks (id),
    compartment INTEGER,
    note        TEXT,
    days        INTEGER,
    hash        BLOB,
    PRIMARY KEY (case_id, n)
) STRICT, WITHOUT ROWID;
INSERT INTO case_events_of_case (case_id, n, kind, at_ms, recorded_ms, staff_id, kiosk_id, compartment, note, days, hash)
    SELECT case_id, n, kind, at_ms, recorded_ms, staff_id, kiosk_id, compartment, note, days, hash
    FROM case_events ORDER BY case_id, n;
DROP TABLE case_events;
ALTER TABLE case_events_of_case RENAME TO case_events;
CREATE INDEX case_events_kind ON case_events (kind, at_ms);
CREATE TRIGGER case_events_keep BEFORE UPDATE ON case_events BEGIN SELECT RAISE(ABORT, 'case events are insert-only'); END;
CREATE TRIGGER case_events_stay BEFORE DELETE ON case_events BEGIN SELECT RAISE(ABORT, 'case events are insert-only'); END;
