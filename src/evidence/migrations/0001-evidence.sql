CREATE SCHEMA evidence;

-- What somebody has sent for one purpose. Everything in it is encrypted under one key; without the key it is nothing.
CREATE TABLE evidence.bundle (
  id uuid PRIMARY KEY,
  account_id uuid NOT NULL,
  purpose text NOT NULL,
  -- Under the master key, bound to this row.
  sealed_key bytea NOT NULL,
  opened_at timestamptz NOT NULL,
  kept_until timestamptz NOT NULL
);
CREATE INDEX bundle_account ON evidence.bundle (account_id);
CREATE INDEX bundle_kept_until ON evidence.bundle (kept_until);

-- Encrypted bytes, in chunks: of a file that is kept, or of an upload on its way.
CREATE TABLE evidence.content (
  id uuid PRIMARY KEY,
  bundle_id uuid NOT NULL REFERENCES evidence.bundle ON DELETE CASCADE,
  -- How many bytes are there, unencrypted, so far.
  bytes integer NOT NULL,
  -- Who writes has the last turn: a writer whom another has followed can write no more.
  turn integer NOT NULL,
  -- Whether any of it is with an object store.
  has_objects boolean NOT NULL,
  -- Until when it is unfinished at most; null once it is a file that is kept.
  unfinished_until timestamptz
);
CREATE INDEX content_bundle ON evidence.content (bundle_id);
CREATE INDEX content_unfinished ON evidence.content (unfinished_until) WHERE unfinished_until IS NOT NULL;

CREATE TABLE evidence.chunk (
  content_id uuid NOT NULL REFERENCES evidence.content ON DELETE CASCADE,
  number integer NOT NULL,
  -- Here, or under this name with an object store.
  sealed bytea,
  object text,
  PRIMARY KEY (content_id, number),
  CHECK ((sealed IS NULL) <> (object IS NULL))
);
-- What is encrypted can't be compressed.
ALTER TABLE evidence.chunk ALTER COLUMN sealed SET STORAGE EXTERNAL;

-- A file as it is kept, with the id of its content.
CREATE TABLE evidence.file (
  id uuid PRIMARY KEY REFERENCES evidence.content ON DELETE CASCADE,
  kind text NOT NULL,
  media_type text NOT NULL,
  width integer NOT NULL,
  height integer NOT NULL,
  seconds real,
  problems text[],
  received_at timestamptz NOT NULL
);

-- A file on its way; while it is, its content has the same id.
CREATE TABLE evidence.upload (
  id uuid PRIMARY KEY,
  bundle_id uuid NOT NULL REFERENCES evidence.bundle ON DELETE CASCADE,
  kind text NOT NULL,
  -- Of the whole, as its sender has said; null while nobody has.
  length integer,
  state text NOT NULL,
  refusal text,
  file_id uuid,
  begun_at timestamptz NOT NULL,
  arrived_at timestamptz,
  -- Who looks at it has the last turn, until then.
  turn integer NOT NULL,
  turn_until timestamptz,
  -- How many looks have come to no end, the one under way with them: a file that ends whoever looks at it is given up.
  looks integer NOT NULL,
  -- When whoever asks for it has found that nobody looks any more, and had another look begun.
  nudged_at timestamptz,
  expires_at timestamptz NOT NULL
);
CREATE INDEX upload_bundle ON evidence.upload (bundle_id);
CREATE INDEX upload_expires ON evidence.upload (expires_at);

-- The last look at a file that was written into the audit trail, of each who looks.
CREATE TABLE evidence.look (
  file_id uuid NOT NULL REFERENCES evidence.file ON DELETE CASCADE,
  reader text NOT NULL,
  looked_at timestamptz NOT NULL,
  PRIMARY KEY (file_id, reader)
);

-- What has to be removed from an object store, since nothing here leads to it any more.
CREATE TABLE evidence.removal (
  content_id uuid PRIMARY KEY,
  bundle_id uuid NOT NULL,
  due_at timestamptz NOT NULL,
  times integer NOT NULL
);
CREATE INDEX removal_due ON evidence.removal (due_at);

CREATE FUNCTION evidence.remove_objects() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO evidence.removal (content_id, bundle_id, due_at, times)
  VALUES (old.id, old.bundle_id, '-infinity', 0)
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER content_gone AFTER DELETE ON evidence.content
  FOR EACH ROW WHEN (old.has_objects) EXECUTE FUNCTION evidence.remove_objects();
