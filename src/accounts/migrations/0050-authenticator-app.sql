-- One app an account: the secret that it and this platform share, sealed.
CREATE TABLE accounts.authenticator_app (
  account_id uuid PRIMARY KEY REFERENCES accounts.account ON DELETE CASCADE,
  sealed_secret bytea NOT NULL,
  -- The half minute, counted from 1970, whose code was taken last: none is taken twice.
  last_step bigint NOT NULL,
  added_at timestamptz NOT NULL,
  last_used_at timestamptz
);

-- What is on paper somewhere, as keyed hashes; each is deleted when it is used.
CREATE TABLE accounts.recovery_code (
  account_id uuid NOT NULL REFERENCES accounts.account ON DELETE CASCADE,
  mac text NOT NULL,
  made_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, mac)
);
