-- Which year the calendar lacks for the end of a case's clock, so that whoever imports calendars is told the right one.

ALTER TABLE cases ADD COLUMN due_lacks INTEGER; -- a year; absent where the end is known
