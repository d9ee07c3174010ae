-- What a window does with a case: days that were filled in with a step, the clock that runs, numbered notices.

ALTER TABLE case_events ADD COLUMN days INTEGER;
ALTER TABLE cases ADD COLUMN due_clock TEXT;
ALTER TABLE cases ADD COLUMN soon_date TEXT;
UPDATE cases SET due_clock = 'acceptance'
    WHERE deposited_ms IS NOT NULL AND state IN ('deposited', 'deposit_unconfirmed', 'received');
UPDATE cases SET due_date = NULL WHERE due_clock IS NULL;
CREATE INDEX cases_due ON cases (due_clock, due_date) WHERE due_clock IS NOT NULL;

CREATE TABLE notice_numbers (
    kind TEXT NOT NULL,
    year INTEGER NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (kind, year)
) STRICT;
CREATE TABLE notices (
    kind    TEXT NOT NULL,
    year    INTEGER NOT NULL,
    number  INTEGER NOT NULL,
    case_id BLOB NOT NULL REFERENCES cases (id),
    n       INTEGER NOT NULL, -- within the case
    made_ms INTEGER NOT NULL,
    made_by BLOB,
    body    BLOB NOT NULL, -- sealed
    hash    BLOB NOT NULL, -- of the text that was sealed
    PRIMARY KEY (kind, year, number),
    UNIQUE (case_id, n)
) STRICT;
CREATE TRIGGER notices_keep BEFORE UPDATE ON notices BEGIN SELECT RAISE(ABORT, 'notices are insert-only'); END;
CREATE TRIGGER notices_stay BEFORE DELETE ON notices BEGIN SELECT RAISE(ABORT, 'notices are insert-only'); END;
