CREATE SCHEMA IF NOT EXISTS messaging;

-- Messages on their way out. Address, values and codes are sealed; the row goes when the message has gone.
CREATE TABLE messaging.outgoing_message (
  id uuid PRIMARY KEY,
  sealed bytea NOT NULL,
  useful_until timestamptz NOT NULL
);
CREATE INDEX outgoing_message_useful_until ON messaging.outgoing_message (useful_until);
