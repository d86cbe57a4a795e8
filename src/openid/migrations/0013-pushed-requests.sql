-- Authorization requests that services pushed; each is taken once. Ids are SHA-256 digests, what was asked is sealed.
CREATE TABLE openid.pushed_request (
  id bytea PRIMARY KEY,
  client_id text NOT NULL,
  sealed_request bytea NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX pushed_request_expires ON openid.pushed_request (expires_at);
