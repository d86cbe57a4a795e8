CREATE SCHEMA gp_systems;

CREATE TABLE gp_systems.practice (
  ods_code text PRIMARY KEY,
  name text NOT NULL,
  address_lines text[] NOT NULL,
  phone text,
  -- Of the integrated care board.
  icb_code text,
  supplier_id text NOT NULL,
  supplier_since timestamptz NOT NULL,
  opened_at timestamptz NOT NULL,
  -- Merged into another, or split up.
  closed_at timestamptz
);
CREATE INDEX practice_icb ON gp_systems.practice (icb_code, ods_code);

-- The GP systems that a practice had before.
CREATE TABLE gp_systems.former_supplier (
  ods_code text NOT NULL REFERENCES gp_systems.practice,
  supplier_id text NOT NULL,
  since timestamptz NOT NULL,
  until timestamptz NOT NULL,
  PRIMARY KEY (ods_code, since)
);

CREATE TABLE gp_systems.succession (
  ods_code text NOT NULL REFERENCES gp_systems.practice,
  succeeded_by text NOT NULL REFERENCES gp_systems.practice,
  PRIMARY KEY (ods_code, succeeded_by)
);

-- Of a sandbox: who is registered at a practice, in whichever GP system it has.
CREATE TABLE gp_systems.simulated_patient (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ods_code text NOT NULL,
  nhs_number text NOT NULL,
  family_name text NOT NULL,
  birthdate text NOT NULL,
  standing text NOT NULL,
  are_services_on boolean NOT NULL,
  check_method text,
  checked_on text
);
CREATE INDEX simulated_patient_at ON gp_systems.simulated_patient (ods_code, nhs_number);

-- Of a sandbox: online accounts of patients, with the details that were issued for them.
CREATE TABLE gp_systems.simulated_account (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ods_code text NOT NULL,
  supplier_id text NOT NULL,
  -- Since when the practice had that supplier's system: details of an earlier time are worth nothing.
  supplier_since timestamptz NOT NULL,
  nhs_number text NOT NULL,
  account_id text NOT NULL,
  linkage_key text NOT NULL,
  state text NOT NULL,
  -- Whether its key was asked for before.
  was_told boolean NOT NULL,
  -- Until when the details can be used for the first time.
  expires_at timestamptz
);
CREATE UNIQUE INDEX simulated_account_id ON gp_systems.simulated_account (supplier_id, ods_code, account_id);
CREATE INDEX simulated_account_of ON gp_systems.simulated_account (ods_code, nhs_number);

-- Of a sandbox: the applications that are connected to an online account.
CREATE TABLE gp_systems.simulated_connection (
  secret text PRIMARY KEY,
  account_number bigint NOT NULL REFERENCES gp_systems.simulated_account ON DELETE CASCADE,
  application text NOT NULL,
  -- The details were issued anew since.
  is_restricted boolean NOT NULL,
  UNIQUE (account_number, application)
);

-- Of a sandbox: what the GP systems are to do wrong next.
CREATE TABLE gp_systems.simulated_fault (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  supplier_id text NOT NULL,
  kind text NOT NULL,
  -- The requests that it can happen to; all, if null.
  operation text,
  -- With what the system refuses, if that is the fault.
  supplier_code text,
  -- How many requests pass before it.
  passes integer NOT NULL,
  times integer NOT NULL
);
