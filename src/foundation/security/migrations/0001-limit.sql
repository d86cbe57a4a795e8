CREATE SCHEMA security;

-- One row for each subject (an account, an address…) that a limit has counted; subjects are keyed hashes.
CREATE TABLE security.limit_count (
  key text PRIMARY KEY,
  attempts integer NOT NULL,
  window_ends_at timestamptz NOT NULL,
  locked_until timestamptz,
  locks integer NOT NULL DEFAULT 0,
  expires_at timestamptz NOT NULL
);
CREATE INDEX limit_count_expires ON security.limit_count (expires_at);
