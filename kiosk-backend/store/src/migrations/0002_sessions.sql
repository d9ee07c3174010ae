-- Browser sessions of staff, and their wrong tries.

CREATE TABLE sessions (
    token_hash BLOB PRIMARY KEY,
    staff_id   BLOB NOT NULL REFERENCES staff (id),
    started_ms INTEGER NOT NULL,
    used_ms    INTEGER NOT NULL,
    ends_ms    INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_end ON sessions (ends_ms);
CREATE TABLE sign_in_tries (
    try_key  BLOB PRIMARY KEY,
    since_ms INTEGER NOT NULL,
    count    INTEGER NOT NULL
) STRICT;
