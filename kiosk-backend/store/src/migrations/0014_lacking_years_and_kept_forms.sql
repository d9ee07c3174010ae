-- Which year the calendar lacks for the end of a case's clock, so that whoever imports calendars is told the right one.

ALTER TABLE cases ADD COLUMN due_lacks INTEGER; -- a year; absent where the end is known

-- What was posted after its session had ended, for whoever signs in again in the same browser and is the same person.
CREATE TABLE kept_forms (
    visit_hash BLOB PRIMARY KEY, -- of the cookie that protects the sign-in form
    staff_id   BLOB NOT NULL REFERENCES staff (id),
    body       BLOB NOT NULL, -- sealed: address and fields
    until_ms   INTEGER NOT NULL
) STRICT;
