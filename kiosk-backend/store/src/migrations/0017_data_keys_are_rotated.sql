-- Data keys are rotated. Which of them this database knows; what of it may change for their sake.

CREATE TABLE data_keys (
    id         INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 255), -- as in `keys/personal-ID`, and in each value's first byte
    since_ms   INTEGER NOT NULL, -- 0: since there are keys
    retired_ms INTEGER -- nothing needs it any more
) STRICT;
INSERT INTO data_keys (id, since_ms) VALUES (1, 0);

-- Insert-only, but for one change: a sealed value becomes one of the same length under the newest key, which it is not
-- under yet. Whatever else stands in the row stays. What was changed so is not changed again until there is another key.
DROP TRIGGER notices_keep;
CREATE TRIGGER notices_keep BEFORE UPDATE ON notices WHEN NOT COALESCE(
    NEW.rowid = OLD.rowid AND NEW.kind = OLD.kind AND NEW.year = OLD.year AND NEW.number = OLD.number
    AND NEW.case_id = OLD.case_id AND NEW.n = OLD.n AND NEW.made_ms = OLD.made_ms AND NEW.made_by IS OLD.made_by
    AND NEW.hash = OLD.hash AND length(NEW.body) = length(OLD.body) AND substr(NEW.body, 1, 1) > substr(OLD.body, 1, 1)
    AND hex(substr(NEW.body, 1, 1)) = (SELECT printf('%02X', MAX(id)) FROM data_keys), 0)
BEGIN SELECT RAISE(ABORT, 'notices are insert-only'); END;
DROP TRIGGER joint_events_keep;
CREATE TRIGGER joint_events_keep BEFORE UPDATE ON joint_events WHEN NOT COALESCE(
    NEW.rowid = OLD.rowid AND NEW.part_id = OLD.part_id AND NEW.n = OLD.n AND NEW.kind = OLD.kind AND NEW.at_ms = OLD.at_ms
    AND NEW.staff_id IS OLD.staff_id
    AND length(NEW.body) = length(OLD.body) AND substr(NEW.body, 1, 1) > substr(OLD.body, 1, 1)
    AND hex(substr(NEW.body, 1, 1)) = (SELECT printf('%02X', MAX(id)) FROM data_keys), 0)
BEGIN SELECT RAISE(ABORT, 'events are insert-only'); END;
DROP TRIGGER case_fields_keep;
CREATE TRIGGER case_fields_keep BEFORE UPDATE ON case_fields WHEN NOT COALESCE(
    NEW.rowid = OLD.rowid AND NEW.case_id = OLD.case_id AND NEW.n = OLD.n AND NEW.field = OLD.field AND NEW.at_ms = OLD.at_ms
    AND NEW.staff_id = OLD.staff_id
    AND length(NEW.body) = length(OLD.body) AND substr(NEW.body, 1, 1) > substr(OLD.body, 1, 1)
    AND hex(substr(NEW.body, 1, 1)) = (SELECT printf('%02X', MAX(id)) FROM data_keys), 0)
BEGIN SELECT RAISE(ABORT, 'keyed fields are insert-only'); END;
DROP TRIGGER case_papers_keep;
CREATE TRIGGER case_papers_keep BEFORE UPDATE ON case_papers WHEN NOT COALESCE(
    NEW.rowid = OLD.rowid AND NEW.case_id = OLD.case_id AND NEW.n = OLD.n AND NEW.kind = OLD.kind AND NEW.at_ms = OLD.at_ms
    AND NEW.staff_id = OLD.staff_id
    AND length(NEW.body) = length(OLD.body) AND substr(NEW.body, 1, 1) > substr(OLD.body, 1, 1)
    AND hex(substr(NEW.body, 1, 1)) = (SELECT printf('%02X', MAX(id)) FROM data_keys), 0)
BEGIN SELECT RAISE(ABORT, 'notes and papers are insert-only'); END;
DROP TRIGGER callback_notes_keep;
CREATE TRIGGER callback_notes_keep BEFORE UPDATE ON callback_notes WHEN NOT COALESCE(
    NEW.rowid = OLD.rowid AND NEW.case_id = OLD.case_id AND NEW.n = OLD.n AND NEW.at_ms = OLD.at_ms
    AND NEW.staff_id = OLD.staff_id AND NEW.outcome = OLD.outcome
    AND length(NEW.note) = length(OLD.note) AND substr(NEW.note, 1, 1) > substr(OLD.note, 1, 1)
    AND hex(substr(NEW.note, 1, 1)) = (SELECT printf('%02X', MAX(id)) FROM data_keys), 0)
BEGIN SELECT RAISE(ABORT, 'notes of call-backs are insert-only'); END;
