CREATE SCHEMA IF NOT EXISTS messaging;

-- The simulated inbox of a sandbox.
CREATE TABLE messaging.inbox_message (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id uuid NOT NULL UNIQUE,
  channel text NOT NULL,
  recipient text NOT NULL,
  subject text,
  text text NOT NULL,
  html text,
  code text,
  links text[] NOT NULL,
  sent_at timestamptz NOT NULL
);
CREATE INDEX inbox_message_recipient ON messaging.inbox_message (lower(recipient), number);
