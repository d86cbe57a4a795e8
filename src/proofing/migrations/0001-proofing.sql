CREATE SCHEMA proofing;

-- Registration details that practices have issued through this platform. The details themselves are not kept: of them there are
-- keyed hashes, to know them when they come back.
CREATE TABLE proofing.issued_details (
  id uuid PRIMARY KEY,
  ods_code text NOT NULL,
  person_key text NOT NULL,
  -- Their name, sealed and bound to the row.
  sealed_person bytea NOT NULL,
  details_key text NOT NULL,
  -- How the practice had checked who the person is, and who did.
  check_way text NOT NULL CHECK (check_way IN ('documents', 'vouching', 'vouching-with-record')),
  check_documents text[] NOT NULL,
  checked_by text NOT NULL,
  checked_at timestamptz NOT NULL,
  issued_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  withdrawn_at timestamptz,
  -- Null when others took their place.
  withdrawn_by text,
  kept_until timestamptz NOT NULL
);
CREATE INDEX issued_details_of_practice ON proofing.issued_details (ods_code, issued_at DESC, id);
CREATE INDEX issued_details_of_person ON proofing.issued_details (person_key);
CREATE INDEX issued_details_key ON proofing.issued_details (details_key);
CREATE INDEX issued_details_kept_until ON proofing.issued_details (kept_until);

-- Details that have proven somebody's identity, whoever issued them: they do so for one account only.
CREATE TABLE proofing.used_details (
  details_key text PRIMARY KEY,
  -- Null once that account is closed: they stay used.
  account_id uuid,
  used_at timestamptz NOT NULL,
  kept_until timestamptz
);
CREATE INDEX used_details_account ON proofing.used_details (account_id);
CREATE INDEX used_details_kept_until ON proofing.used_details (kept_until);

-- An account's connection to its owner's online account in the system of their practice.
CREATE TABLE proofing.connection (
  account_id uuid PRIMARY KEY,
  ods_code text NOT NULL,
  sealed_token bytea NOT NULL,
  made_at timestamptz NOT NULL
);

-- A connection whose owner the practice's system could not name at once. The details are used up by it, so it is kept until they
-- are typed again.
CREATE TABLE proofing.half_connection (
  account_id uuid PRIMARY KEY,
  details_key text NOT NULL,
  sealed_token bytea NOT NULL,
  kept_until timestamptz NOT NULL
);
CREATE INDEX half_connection_kept_until ON proofing.half_connection (kept_until);
