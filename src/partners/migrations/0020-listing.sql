ALTER TABLE partners.client
  -- What people are assured of who use the service; null for one registered before that was asked for.
  ADD COLUMN assurances jsonb,
  -- How it stands in the public directory; null for one that doesn't.
  ADD COLUMN listing jsonb,
  -- The rest is there for those that do: by which id the public knows it, the lowest level that it accepts, and its
  -- words, folded, its name first and then a bar.
  ADD COLUMN directory_id text UNIQUE,
  ADD COLUMN directory_level text,
  ADD COLUMN directory_text text,
  ADD CONSTRAINT listed_with_what_is_told CHECK (
    listing IS NULL OR num_nulls(assurances, home_uri, privacy_uri) = 0
  ),
  ADD CONSTRAINT listed_in_full CHECK (
    num_nulls(listing, directory_id, directory_level, directory_text) IN (0, 4)
  );
CREATE INDEX client_directory ON partners.client (directory_text COLLATE "C") WHERE listing IS NOT NULL;
