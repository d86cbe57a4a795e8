-- Somebody who can use none of their second factors has proven a new number, which counts after a day unless it is stopped.
CREATE TABLE accounts.replacement (
  id uuid PRIMARY KEY,
  account_id uuid NOT NULL REFERENCES accounts.account ON DELETE CASCADE,
  token_hash text NOT NULL UNIQUE,
  -- What is lost and the number that takes its place.
  sealed_change bytea NOT NULL,
  requested_at timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  ended_at timestamptz,
  -- `made`, `stopped`, or `dropped` when it no longer counted.
  ending text
);
CREATE UNIQUE INDEX replacement_open ON accounts.replacement (account_id) WHERE ended_at IS NULL;
CREATE INDEX replacement_account ON accounts.replacement (account_id, requested_at);
CREATE INDEX replacement_due ON accounts.replacement (due_at);

-- Whether the password rests on the mailbox alone: it was chosen by a link in the mail, and no second factor has been
-- shown since.
ALTER TABLE accounts.password ADD COLUMN chosen_by_mail boolean NOT NULL DEFAULT false;
