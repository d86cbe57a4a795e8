-- A key that somebody's device, or their password manager, keeps for them; only its public half is here.
CREATE TABLE accounts.passkey (
  id uuid PRIMARY KEY,
  account_id uuid NOT NULL REFERENCES accounts.account ON DELETE CASCADE,
  -- What the device calls it.
  credential_id bytea NOT NULL UNIQUE,
  -- As COSE has it.
  public_key bytea NOT NULL,
  sign_count bigint NOT NULL,
  transports text[] NOT NULL,
  -- Kept by a password manager, which has it on several devices.
  is_synced boolean NOT NULL,
  name text NOT NULL,
  created_at timestamptz NOT NULL,
  last_used_at timestamptz,
  -- When it was seen to have a copy. It signs nobody in since.
  suspended_at timestamptz
);
CREATE INDEX passkey_account ON accounts.passkey (account_id, created_at);

-- A challenge needs no row until it is answered: it says itself, under a key of ours, whose it is and how long it is good.
CREATE TABLE accounts.answered_challenge (
  id bytea PRIMARY KEY,
  expires_at timestamptz NOT NULL
);
CREATE INDEX answered_challenge_expires ON accounts.answered_challenge (expires_at);
