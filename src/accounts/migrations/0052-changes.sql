-- A new address, which its owner has proven, takes the place of the account's after a day unless that is stopped.
CREATE TABLE accounts.email_change (
  token_hash text PRIMARY KEY,
  account_id uuid NOT NULL REFERENCES accounts.account ON DELETE CASCADE,
  email text NOT NULL,
  requested_at timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  ended_at timestamptz,
  -- `made`, `stopped` by the link, `withdrawn` by its owner, or `dropped` when it no longer counted.
  ending text
);
CREATE UNIQUE INDEX email_change_open ON accounts.email_change (account_id) WHERE ended_at IS NULL;
CREATE INDEX email_change_account ON accounts.email_change (account_id, requested_at);
CREATE INDEX email_change_due ON accounts.email_change (due_at);

-- What its owner knows a remembered device by; of those remembered before, only when they were last used is known.
ALTER TABLE accounts.remembered_device
  ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid(),
  ADD COLUMN remembered_at timestamptz,
  ADD COLUMN system text,
  ADD COLUMN browser text;
CREATE UNIQUE INDEX remembered_device_id ON accounts.remembered_device (id);
