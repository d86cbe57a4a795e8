-- A key that an app keeps for somebody on their phone (FIDO UAF); only its public half is here.
CREATE TABLE accounts.uaf_key (
  id uuid PRIMARY KEY,
  account_id uuid NOT NULL REFERENCES accounts.account ON DELETE CASCADE,
  -- The service whose app has it: it signs in there alone.
  client_id text NOT NULL,
  -- Which kind of device keeps it, and what that calls it.
  aaid text NOT NULL,
  key_id bytea NOT NULL,
  -- SubjectPublicKeyInfo in DER.
  public_key bytea NOT NULL,
  sign_count bigint NOT NULL,
  created_at timestamptz NOT NULL,
  last_used_at timestamptz,
  -- When it was seen to have a copy. It signs nobody in since.
  suspended_at timestamptz,
  UNIQUE (aaid, key_id)
);
CREATE INDEX uaf_key_account ON accounts.uaf_key (account_id, created_at);
