-- What this database is kept for, written once by the first start: `sandbox` or `production`. A process of the other kind does not start.
CREATE TABLE storage.purpose (
  purpose text NOT NULL CHECK (purpose IN ('sandbox', 'production')),
  marked_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX purpose_once ON storage.purpose ((true));
