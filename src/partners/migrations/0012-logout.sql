-- How a service takes part in signing out; null for one that doesn't.
ALTER TABLE partners.client ADD COLUMN logout jsonb;
