-- From which age the highest level can be reached by patients of a practice, or in the area of an integrated care board, where
-- that is later than elsewhere.
CREATE TABLE identity.minimum_age (
  scope text NOT NULL CHECK (scope IN ('practice', 'board')),
  code text NOT NULL,
  years smallint NOT NULL CHECK (years BETWEEN 0 AND 16),
  set_by text NOT NULL,
  set_at timestamptz NOT NULL,
  PRIMARY KEY (scope, code)
);

-- Young people whom a practice has found able to decide about access to their record.
CREATE TABLE identity.competence (
  nhs_number_key text NOT NULL,
  ods_code text NOT NULL,
  recorded_by text NOT NULL,
  recorded_at timestamptz NOT NULL,
  -- By then nobody is young enough for it to matter.
  kept_until timestamptz NOT NULL,
  PRIMARY KEY (nhs_number_key, ods_code)
);
CREATE INDEX competence_kept_until ON identity.competence (kept_until);

-- People for whom a practice's earlier check of who they are must not be relied on.
CREATE TABLE identity.fast_track_block (
  nhs_number_key text PRIMARY KEY,
  ods_code text NOT NULL,
  blocked_by text NOT NULL,
  blocked_at timestamptz NOT NULL
);
