-- What a service uses of OAuth beyond the contract. Nothing of it unless it is registered.
ALTER TABLE partners.client
  -- Where the service publishes its keys; then `jwks` is empty.
  ADD COLUMN jwks_uri text,
  ADD COLUMN pushed_requests text CHECK (pushed_requests IN ('allowed', 'required')),
  ADD COLUMN signed_requests text CHECK (signed_requests IN ('allowed', 'required')),
  ADD COLUMN dpop_bound boolean NOT NULL DEFAULT false,
  ADD COLUMN token_revocation boolean NOT NULL DEFAULT false;
