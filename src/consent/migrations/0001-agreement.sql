CREATE SCHEMA consent;

-- What a person agrees to share with a service now.
CREATE TABLE consent.agreement (
  account_id uuid NOT NULL,
  client_id text NOT NULL,
  scopes text[] NOT NULL,
  level text NOT NULL,
  agreed_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, client_id)
);

-- How it came to be so, for as long as the account exists.
CREATE TABLE consent.agreement_history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account_id uuid NOT NULL,
  client_id text NOT NULL,
  change text NOT NULL CHECK (change IN ('agreed', 'withdrawn')),
  scopes text[] NOT NULL,
  level text NOT NULL,
  changed_at timestamptz NOT NULL
);
CREATE INDEX agreement_history_account ON consent.agreement_history (account_id, client_id, id);
