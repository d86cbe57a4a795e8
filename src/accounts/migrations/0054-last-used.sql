-- When the account was last seen to be used without a sign-in, by an app that keeps somebody signed in.
ALTER TABLE accounts.account ADD COLUMN last_used_at timestamptz;
DROP INDEX accounts.account_last_used;
CREATE INDEX account_last_used ON accounts.account ((greatest(last_signed_in_at, created_at, last_used_at)));
