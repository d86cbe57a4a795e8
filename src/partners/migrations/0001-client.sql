CREATE SCHEMA partners;

CREATE TABLE partners.client (
  client_id text PRIMARY KEY,
  client_name text NOT NULL,
  redirect_uris text[] NOT NULL,
  jwks jsonb NOT NULL,
  scopes text[] NOT NULL,
  vectors text[] NOT NULL,
  nations text[] NOT NULL,
  sso_with text[] NOT NULL,
  im1_enabled boolean NOT NULL,
  require_nonce boolean NOT NULL,
  home_uri text,
  terms_uri text,
  privacy_uri text,
  created_at timestamptz NOT NULL
);
