-- Somebody whose login was closed while a case of theirs was open, or not believed: until then no machine decides about them. It does not say
-- which case it was, or whose login.
CREATE TABLE review.doubt (
  person_key text PRIMARY KEY,
  kept_until timestamptz NOT NULL
);
CREATE INDEX doubt_kept ON review.doubt (kept_until);
