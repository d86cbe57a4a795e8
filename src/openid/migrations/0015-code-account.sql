-- Whose code it is: what they share is read in the statement that looks the code up.
ALTER TABLE openid.entity ADD COLUMN account_id uuid;
