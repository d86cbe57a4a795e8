-- The national register as a sandbox simulates it. In production these tables stay empty.
CREATE TABLE pds.simulated_patient (
  nhs_number text PRIMARY KEY,
  version integer NOT NULL,
  -- YYYY-MM-DD, or as much of it as the register knows.
  birthdate text,
  superseded_by text,
  is_invalidated boolean NOT NULL,
  details jsonb NOT NULL,
  -- Whether it is as the register was seeded; what is not goes when the register is put back.
  is_seeded boolean NOT NULL,
  -- The last update: whoever sends it again gets its result again.
  updated_by_request text
);
CREATE INDEX simulated_patient_birthdate ON pds.simulated_patient (birthdate);

-- What the simulated register is to do wrong, and how often still.
CREATE TABLE pds.simulated_fault (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL,
  times integer NOT NULL
);

-- Client assertions that its token endpoint took: each counts once.
CREATE TABLE pds.simulated_assertion (
  jti text PRIMARY KEY,
  expires_at timestamptz NOT NULL
);
CREATE INDEX simulated_assertion_expires_at ON pds.simulated_assertion (expires_at);
