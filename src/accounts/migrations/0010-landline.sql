-- E.164; kept only once its owner has proven it, as the mobile number is.
ALTER TABLE accounts.account ADD COLUMN landline text;
