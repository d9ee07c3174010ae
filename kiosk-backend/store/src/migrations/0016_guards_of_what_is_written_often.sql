-- A statement that has a trigger and may be undone keeps a journal of its own in memory: a fifth of a deposit's time.

-- Of events the server's own connections refuse REPLACE by the trigger on DELETE (recursive_triggers); what another
-- program does to them breaks their chain, and is told every night.
DROP TRIGGER case_events_once;
-- With FAIL nothing needs to be undone: one row, and the transaction around it ends with the error.
DROP TRIGGER audit_once;
CREATE TRIGGER audit_once BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE (seq = NEW.seq))
BEGIN SELECT RAISE(FAIL, 'the audit is insert-only'); END;
