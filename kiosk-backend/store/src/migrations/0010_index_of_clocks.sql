-- One index for every question about clocks: which are soon over, which are over, which have no end.

-- A clock is over after it is soon over, so a question for the last day asks the first column too.
CREATE INDEX cases_clock ON cases (soon_date, due_date, due_clock, id) WHERE due_clock IS NOT NULL;
DROP INDEX cases_due;
DROP INDEX cases_endless;
DROP INDEX cases_soon;
DROP INDEX cases_uncollected;
