-- When its owner was told that the account will be closed as nobody uses it; null again once somebody does.
ALTER TABLE accounts.account ADD COLUMN unused_told_at timestamptz;
-- Since when nobody can sign in, whatever they know or have, until its owner has chosen a new password by a link in the mail.
ALTER TABLE accounts.account ADD COLUMN locked_at timestamptz;
CREATE INDEX account_last_used ON accounts.account ((coalesce(last_signed_in_at, created_at)));
