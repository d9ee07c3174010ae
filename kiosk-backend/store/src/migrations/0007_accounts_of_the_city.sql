-- Signing in with the city's own accounts (OpenID Connect).

-- Who they are at the provider: its issuer and its name of them.
ALTER TABLE staff ADD COLUMN oidc_issuer TEXT;
ALTER TABLE staff ADD COLUMN oidc_subject TEXT;
CREATE UNIQUE INDEX staff_oidc ON staff (oidc_issuer, oidc_subject) WHERE oidc_subject IS NOT NULL;

-- Opened by the provider's word: then a one-time code that waits to be changed is no hindrance.
ALTER TABLE sessions ADD COLUMN by_provider INTEGER NOT NULL DEFAULT 0 CHECK (by_provider IN (0, 1));

-- Sign-ins that came back, until they would be too old anyway: none comes back twice.
CREATE TABLE oidc_flows (
    flow_hash BLOB PRIMARY KEY,
    ends_ms   INTEGER NOT NULL
) STRICT;
