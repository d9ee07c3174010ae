-- The inbox walks the open cases of a state in the order they are due, and stops at the end of its page.

CREATE INDEX cases_order ON cases (state, COALESCE(due_date, '9999-12-31'), deposited_ms, id);
-- Nothing asks these any more: the one above begins with the state, and lists ask the window last.
DROP INDEX cases_state;
DROP INDEX cases_window;
