CREATE SCHEMA journey;

-- A person's walk through a journey. What they answered is sealed; the browser is known by a keyed hash.
CREATE TABLE journey.visit (
  ref text PRIMARY KEY,
  journey text NOT NULL,
  visitor text NOT NULL,
  state bytea NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX visit_visitor ON journey.visit (visitor, journey);
CREATE INDEX visit_expires ON journey.visit (expires_at);
