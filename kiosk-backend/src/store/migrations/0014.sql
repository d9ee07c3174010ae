-- Wrong tries of every kind that outlives a restart, one row each. What was counted before lived a quarter of an hour.

DROP TABLE sign_in_tries;
CREATE TABLE tries (
    kind     TEXT NOT NULL,
    try_key  BLOB NOT NULL, -- digests of whose it is and of where it was tried from, 16 bytes each
    at_ms    INTEGER NOT NULL,
    until_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX tries_end ON tries (until_ms);
