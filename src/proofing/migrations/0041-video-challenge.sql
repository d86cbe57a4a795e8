-- The four numbers that the video of an attempt has to show, and the one video that was sent for them. An attempt has one row: new
-- numbers take the place of the old ones, and what was sent for those counts no more.
CREATE TABLE proofing.video_challenge (
  attempt_id uuid PRIMARY KEY REFERENCES proofing.attempt ON DELETE CASCADE,
  challenge_id uuid NOT NULL UNIQUE,
  digits smallint[] NOT NULL CHECK (cardinality(digits) = 4),
  drawn_at timestamptz NOT NULL,
  -- Until when the upload of a video has to begin.
  expires_at timestamptz NOT NULL,
  -- When the first upload began: it may end after the numbers have expired.
  upload_began_at timestamptz,
  -- The video that counts, in the room of evidence, how the numbers are given in it, and when it was sent; null until then.
  upload_id uuid,
  way text,
  sent_at timestamptz,
  CHECK ((upload_id IS NULL) = (sent_at IS NULL) AND (way IS NULL) = (sent_at IS NULL))
);
