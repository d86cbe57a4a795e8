-- How it stands with an account's access to its owner's record at their practice, which services are given: when it is looked at
-- again, so that nobody asks a practice's system round and round.
CREATE TABLE proofing.gp_access (
  account_id uuid PRIMARY KEY,
  -- The practice by which the pauses go: at another one they begin anew.
  ods_code text NOT NULL,
  next_check_at timestamptz NOT NULL,
  next_renewal_at timestamptz NOT NULL,
  -- How many in a row, none of which lasted.
  renewals integer NOT NULL,
  -- Why there is no access; null while there is.
  reason text,
  -- New details, with a connection that they have made of which it is not known yet whose it is.
  sealed_pending bytea
);
