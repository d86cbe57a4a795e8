-- The tries to tell its owner that an account will be closed as nobody uses it, each of which was refused for good wherever it could go:
-- when the first of them was written, when the last one, and how many there were. They count no more once somebody has used it.
ALTER TABLE accounts.account
  ADD COLUMN unreached_since timestamptz,
  ADD COLUMN unreached_at timestamptz,
  ADD COLUMN unreached_tries integer;
