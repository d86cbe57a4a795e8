-- The digest of the session that the code was issued in: an ID token leads back to the sign-in that it tells of.
ALTER TABLE openid.token_family ADD COLUMN session_uid bytea;
