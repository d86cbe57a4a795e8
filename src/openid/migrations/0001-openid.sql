CREATE SCHEMA openid;

-- The keys that sign tokens; the private part is sealed.
CREATE TABLE openid.signing_key (
  kid text PRIMARY KEY,
  public_jwk jsonb NOT NULL,
  sealed_private_jwk bytea NOT NULL,
  state text NOT NULL CHECK (state IN ('active', 'next')),
  created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX signing_key_active ON openid.signing_key (state) WHERE state = 'active';

-- What the engine keeps between requests: sessions, interactions, authorization codes. Ids are SHA-256 digests, the
-- rest is sealed: whoever reads this table can't use what is in it.
CREATE TABLE openid.entity (
  model text NOT NULL,
  id bytea NOT NULL,
  uid bytea,
  sealed_payload bytea NOT NULL,
  consumed_at timestamptz,
  ended_at timestamptz,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (model, id)
);
CREATE INDEX entity_uid ON openid.entity (model, uid) WHERE uid IS NOT NULL;
CREATE INDEX entity_expires ON openid.entity (expires_at);

-- Client assertions that were used. Their expiry is by the machine's clock: services can't see any other.
CREATE TABLE openid.spent_assertion (
  id bytea PRIMARY KEY,
  expires_at timestamptz NOT NULL
);
CREATE INDEX spent_assertion_expires ON openid.spent_assertion (expires_at);

-- All tokens that came from one authorization code.
CREATE TABLE openid.token_family (
  family text PRIMARY KEY,
  client_id text NOT NULL,
  account_id uuid NOT NULL,
  scopes text[] NOT NULL,
  vot text NOT NULL,
  signed_in_at timestamptz NOT NULL,
  -- The refresh token that is valid now, counted from 1, and when each of the last ones was exchanged.
  generation integer NOT NULL,
  rotations timestamptz[] NOT NULL,
  revoked_at timestamptz,
  expires_at timestamptz NOT NULL
);
CREATE INDEX token_family_account ON openid.token_family (account_id);
CREATE INDEX token_family_expires ON openid.token_family (expires_at);

-- How a journey ended, on its way back to the engine. Ids are SHA-256 digests.
CREATE TABLE openid.ticket (
  id bytea PRIMARY KEY,
  request_uid bytea NOT NULL,
  result jsonb NOT NULL,
  account_id uuid,
  issued_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX ticket_expires ON openid.ticket (expires_at);
