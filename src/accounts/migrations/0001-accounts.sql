CREATE SCHEMA accounts;

CREATE TABLE accounts.account (
  id uuid PRIMARY KEY,
  -- As typed; `email_key` is the same address in the spelling that is compared.
  email text NOT NULL,
  email_key text NOT NULL UNIQUE,
  phone text,
  nation text NOT NULL,
  language text NOT NULL,
  created_at timestamptz NOT NULL,
  last_signed_in_at timestamptz,
  sign_ins_valid_from timestamptz NOT NULL
);

-- Apart from the account, so that reading an account never carries a hash with it.
CREATE TABLE accounts.password (
  account_id uuid PRIMARY KEY REFERENCES accounts.account ON DELETE CASCADE,
  hash text NOT NULL,
  changed_at timestamptz NOT NULL
);

-- At most one usable code for a purpose and what it is bound to: a new one takes the place of the old one.
CREATE TABLE accounts.security_code (
  purpose text NOT NULL,
  bound_to text NOT NULL,
  id uuid NOT NULL UNIQUE,
  account_id uuid REFERENCES accounts.account ON DELETE CASCADE,
  mac text NOT NULL,
  sealed_destination bytea NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (purpose, bound_to)
);
CREATE INDEX security_code_account ON accounts.security_code (account_id) WHERE account_id IS NOT NULL;
CREATE INDEX security_code_expires ON accounts.security_code (expires_at);

-- One row for each person of a browser: two people may share one and each has it remembered.
CREATE TABLE accounts.remembered_device (
  token_hash text NOT NULL,
  account_id uuid NOT NULL REFERENCES accounts.account ON DELETE CASCADE,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (token_hash, account_id)
);
CREATE INDEX remembered_device_account ON accounts.remembered_device (account_id, expires_at);
CREATE INDEX remembered_device_expires ON accounts.remembered_device (expires_at);

CREATE TABLE accounts.password_reset (
  token_hash text PRIMARY KEY,
  account_id uuid NOT NULL REFERENCES accounts.account ON DELETE CASCADE,
  requested_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  -- When a newer link, or a changed password, made this one unusable.
  superseded_at timestamptz
);
CREATE INDEX password_reset_account ON accounts.password_reset (account_id, requested_at);
CREATE INDEX password_reset_expires ON accounts.password_reset (expires_at);
