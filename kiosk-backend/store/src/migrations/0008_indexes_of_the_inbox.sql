-- Lists and counts of the inbox come out of indexes alone.

-- The cases of a state in the order they are due: a list stops at the end of its page.
CREATE INDEX cases_order ON cases
    (state, COALESCE(due_date, '9999-12-31'), deposited_ms, id, window_id, claim_directive, news_version);
-- Nothing asks these any more: the one above begins with the state, and lists ask the window last.
DROP INDEX cases_state;
DROP INDEX cases_window;
-- What is soon over, with its id.
DROP INDEX cases_soon;
CREATE INDEX cases_soon ON cases (soon_date, id) WHERE soon_date IS NOT NULL;
