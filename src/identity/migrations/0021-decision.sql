-- What was decided about how well it is known who an account's owner is, and by which codes; no personal details.
CREATE TABLE identity.decision (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account_id uuid NOT NULL,
  method text NOT NULL CHECK (method ~ '^[a-z][a-z0-9-]{1,63}$'),
  outcome text NOT NULL CHECK (outcome IN ('raised', 'refused', 'unchanged', 'stopped')),
  reasons text[] NOT NULL CHECK (cardinality(reasons) > 0),
  level_before text NOT NULL CHECK (level_before IN ('P0', 'P5', 'P9')),
  level_after text NOT NULL CHECK (level_after IN ('P0', 'P5', 'P9')),
  decided_at timestamptz NOT NULL,
  CHECK ((outcome = 'raised') = (level_after > level_before))
);
CREATE INDEX decision_account ON identity.decision (account_id, id);
CREATE INDEX decision_decided ON identity.decision (decided_at);

-- What a decision rested on, sealed and bound to it. It goes long before the decision does.
CREATE TABLE identity.evidence (
  decision_id bigint PRIMARY KEY REFERENCES identity.decision ON DELETE CASCADE,
  account_id uuid NOT NULL,
  method text NOT NULL,
  sealed_content bytea NOT NULL,
  kept_until timestamptz NOT NULL
);
CREATE INDEX evidence_account ON identity.evidence (account_id);
CREATE INDEX evidence_kept_until ON identity.evidence (kept_until);
