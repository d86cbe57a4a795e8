-- Which keys are published, and the life of each. It holds no key: the public part comes from whoever keeps the private
-- one, so that writing to this table makes nobody's key ours.
CREATE TABLE openid.published_key (
  kid text PRIMARY KEY,
  -- What the signer calls it.
  signer_key_id text NOT NULL UNIQUE,
  published_at timestamptz NOT NULL,
  signs_from timestamptz,
  stopped_at timestamptz,
  retired_at timestamptz,
  CHECK (stopped_at IS NULL OR signs_from IS NOT NULL),
  CHECK (retired_at IS NULL OR stopped_at IS NOT NULL OR signs_from IS NULL)
);
-- One signs, and one waits to.
CREATE UNIQUE INDEX published_key_active ON openid.published_key ((true))
  WHERE signs_from IS NOT NULL AND stopped_at IS NULL;
CREATE UNIQUE INDEX published_key_next ON openid.published_key ((true))
  WHERE signs_from IS NULL AND retired_at IS NULL;

INSERT INTO openid.published_key (kid, signer_key_id, published_at, signs_from)
SELECT kid, kid, created_at, CASE WHEN state = 'active' THEN created_at END FROM openid.signing_key;

-- From here on openid.signing_key only keeps the private parts. Its state told which one signs; nothing reads it now.
ALTER TABLE openid.signing_key ALTER COLUMN state SET DEFAULT 'next';
