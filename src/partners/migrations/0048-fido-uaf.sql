-- As what the service's app calls itself where it signs people in by a key that it keeps (FIDO UAF); null: it keeps none.
ALTER TABLE partners.client ADD COLUMN fido_uaf_app_ids text[];
