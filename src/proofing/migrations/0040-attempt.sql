-- What somebody brings together to prove who they are, until they send it: in the database, so that another device can go on with it.
CREATE TABLE proofing.attempt (
  id uuid PRIMARY KEY,
  account_id uuid NOT NULL,
  method text NOT NULL,
  -- Its files, in the room of evidence.
  bundle_id uuid NOT NULL,
  state text NOT NULL CHECK (state IN ('open', 'submitted', 'abandoned')),
  sealed_captured bytea NOT NULL,
  opened_at timestamptz NOT NULL,
  -- When an open one ends by itself.
  expires_at timestamptz NOT NULL,
  kept_until timestamptz NOT NULL
);
CREATE UNIQUE INDEX attempt_open ON proofing.attempt (account_id, method) WHERE state = 'open';
CREATE INDEX attempt_account ON proofing.attempt (account_id);
CREATE INDEX attempt_expires ON proofing.attempt (expires_at) WHERE state = 'open';
CREATE INDEX attempt_kept_until ON proofing.attempt (kept_until);

-- Leave for another device to add to an attempt: at most one that counts for each.
CREATE TABLE proofing.hand_over (
  id uuid PRIMARY KEY,
  attempt_id uuid NOT NULL REFERENCES proofing.attempt ON DELETE CASCADE,
  -- A keyed hash of what the other device shows; null once it was used.
  code_key text UNIQUE,
  -- By what its giver is signed in: as long as that holds, it does.
  session_uid text NOT NULL,
  signed_in_at timestamptz NOT NULL,
  client_name text NOT NULL,
  opened_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  joined_at timestamptz,
  finished_at timestamptz,
  ended_at timestamptz
);
CREATE INDEX hand_over_attempt ON proofing.hand_over (attempt_id);
CREATE UNIQUE INDEX hand_over_living ON proofing.hand_over (attempt_id) WHERE ended_at IS NULL;
