-- Wrong tries of every kind that outlives a restart, one row each. What was counted before lived a quarter of an hour.

DROP TABLE sign_in_tries;
CREATE TABLE tries (
    kind     TEXT NOT NULL,
    try_key  BLOB NOT NULL, -- digests of whose it is and of where it was tried from, 16 bytes each
    at_ms    INTEGER NOT NULL,
    until_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX tries_end ON tries (until_ms);

-- INSERT OR REPLACE deletes without a trigger's word: what is there already is not put in again.
CREATE TRIGGER audit_once BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE (seq = NEW.seq))
BEGIN SELECT RAISE(ABORT, 'the audit is insert-only'); END;
CREATE TRIGGER case_events_once BEFORE INSERT ON case_events WHEN EXISTS (SELECT 1 FROM case_events WHERE (case_id = NEW.case_id AND n = NEW.n))
BEGIN SELECT RAISE(ABORT, 'case events are insert-only'); END;
CREATE TRIGGER notices_once BEFORE INSERT ON notices WHEN EXISTS (SELECT 1 FROM notices WHERE (kind = NEW.kind AND year = NEW.year AND number = NEW.number) OR (case_id = NEW.case_id AND n = NEW.n))
BEGIN SELECT RAISE(ABORT, 'notices are insert-only'); END;
CREATE TRIGGER ratings_once BEFORE INSERT ON ratings WHEN EXISTS (SELECT 1 FROM ratings WHERE (case_id = NEW.case_id))
BEGIN SELECT RAISE(ABORT, 'ratings are insert-only'); END;
CREATE TRIGGER callback_notes_once BEFORE INSERT ON callback_notes WHEN EXISTS (SELECT 1 FROM callback_notes WHERE (case_id = NEW.case_id AND n = NEW.n))
BEGIN SELECT RAISE(ABORT, 'notes of call-backs are insert-only'); END;
CREATE TRIGGER joint_events_once BEFORE INSERT ON joint_events WHEN EXISTS (SELECT 1 FROM joint_events WHERE (part_id = NEW.part_id AND n = NEW.n))
BEGIN SELECT RAISE(ABORT, 'events are insert-only'); END;
CREATE TRIGGER case_fields_once BEFORE INSERT ON case_fields WHEN EXISTS (SELECT 1 FROM case_fields WHERE (case_id = NEW.case_id AND n = NEW.n AND field = NEW.field))
BEGIN SELECT RAISE(ABORT, 'keyed fields are insert-only'); END;
CREATE TRIGGER case_papers_once BEFORE INSERT ON case_papers WHEN EXISTS (SELECT 1 FROM case_papers WHERE (case_id = NEW.case_id AND n = NEW.n))
BEGIN SELECT RAISE(ABORT, 'notes and papers are insert-only'); END;
CREATE TRIGGER case_files_once BEFORE INSERT ON case_files WHEN EXISTS (SELECT 1 FROM case_files WHERE (case_id = NEW.case_id AND n = NEW.n))
BEGIN SELECT RAISE(ABORT, 'attachments are insert-only'); END;
