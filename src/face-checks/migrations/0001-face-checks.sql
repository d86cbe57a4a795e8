CREATE SCHEMA face_checks;

-- A scan of somebody's face, and for a day what it was judged to be. An attempt has one row: a new scan takes the place of the old one.
CREATE TABLE face_checks.scan (
  attempt_id uuid PRIMARY KEY,
  account_id uuid NOT NULL,
  scan_id uuid NOT NULL UNIQUE,
  provider text NOT NULL,
  -- What is asked, in its order, and how many of them there are pictures of.
  acts text[] NOT NULL,
  taken integer NOT NULL DEFAULT 0,
  -- When what is asked now was asked first; null until it is.
  asked_at timestamptz,
  -- How often something was asked again.
  repeats integer NOT NULL DEFAULT 0,
  -- Whoever measures pictures, or judges, has the turn until then: another's work does not count meanwhile.
  turn uuid,
  turn_until timestamptz,
  -- What the provider was told when it began, what was measured, and the best picture: sealed, and gone with the verdict.
  sealed_measured bytea,
  sealed_verdict bytea,
  begun_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX scan_account ON face_checks.scan (account_id);
CREATE INDEX scan_expires ON face_checks.scan (expires_at);
