CREATE SCHEMA identity;

-- What is known of who an account's owner is, above P0. Personal details are sealed, bound to the account.
CREATE TABLE identity.record (
  account_id uuid PRIMARY KEY,
  level text NOT NULL CHECK (level IN ('P5', 'P9')),
  -- A keyed hash of the NHS number: one person has one record, and nobody can read the number from it.
  nhs_number_key text NOT NULL UNIQUE,
  sealed_details bytea NOT NULL,
  -- Set once, when the account's number was compared with the national record; never taken back.
  phone_matched boolean NOT NULL,
  sealed_gp_credentials bytea,
  established_at timestamptz NOT NULL,
  CHECK (sealed_gp_credentials IS NULL OR level = 'P9')
);
