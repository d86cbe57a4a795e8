-- When the last message to its owner, that the account will be closed as nobody uses it, was written. `unused_told_at` is when a sender
-- has taken it over; what it said before was only when it was written, so all who wait are told again.
ALTER TABLE accounts.account ADD COLUMN unused_written_at timestamptz;
UPDATE accounts.account SET unused_told_at = NULL WHERE unused_told_at IS NOT NULL;
