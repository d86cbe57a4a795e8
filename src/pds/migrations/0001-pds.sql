CREATE SCHEMA pds;

-- When the next request to the register may be made, by this database's clock, for all processes together. It is only
-- about the next seconds: not worth a write to disk for each request, and after a crash it begins anew.
CREATE UNLOGGED TABLE pds.turn (
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  next_at timestamptz NOT NULL,
  paused_until timestamptz NOT NULL DEFAULT '-infinity'
);
