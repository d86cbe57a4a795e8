-- At which level each scope was agreed to: at a higher one it stands for more, which is asked for anew.
ALTER TABLE consent.agreement ADD COLUMN scope_levels jsonb;
UPDATE consent.agreement SET scope_levels =
  (SELECT coalesce(jsonb_object_agg(scope, level), '{}') FROM unnest(scopes) AS scope);
ALTER TABLE consent.agreement ALTER COLUMN scope_levels SET NOT NULL;

-- What a service keeps about a person here. It ends with the agreement, and so with the account.
CREATE TABLE consent.client_metadata (
  account_id uuid NOT NULL,
  client_id text NOT NULL,
  sealed_value bytea NOT NULL,
  PRIMARY KEY (account_id, client_id),
  FOREIGN KEY (account_id, client_id) REFERENCES consent.agreement ON DELETE CASCADE
);
