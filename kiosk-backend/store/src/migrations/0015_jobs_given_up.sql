-- What was given up is looked for on pages of those who can mend it.
CREATE INDEX jobs_given_up ON jobs (target, last_error) WHERE failed_ms IS NOT NULL;
