-- Whose session, request or code it is: they go with the account.
CREATE INDEX entity_account ON openid.entity (account_id) WHERE account_id IS NOT NULL;
