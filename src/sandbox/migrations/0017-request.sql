CREATE SCHEMA sandbox;

-- The last requests of services, explained, for their developers to read. It fills in sandboxes only, and there it is
-- worth no more than the moment: it need not outlive the database server.
CREATE UNLOGGED TABLE sandbox.request (
  id text PRIMARY KEY,
  received_at timestamptz NOT NULL,
  -- In the order of arrival: times may be equal, or be moved back.
  position bigint GENERATED ALWAYS AS IDENTITY,
  -- Whose share of the table it takes: a registered client's, or one of those that nobody in particular has.
  share text NOT NULL,
  ties text[] NOT NULL,
  -- Requests that belong to one sign-in have the same.
  sign_in text NOT NULL,
  record jsonb NOT NULL
);
CREATE INDEX request_position ON sandbox.request (position);
