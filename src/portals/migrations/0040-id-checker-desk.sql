-- Staff work at practices, and at the desk where photos and videos of people are checked: a place is an ODS code, or `id-checker`.
ALTER TABLE portals.member RENAME COLUMN ods_code TO place;
ALTER INDEX portals.member_ods_code RENAME TO member_place;
ALTER TABLE portals.invitation RENAME COLUMN ods_code TO place;
ALTER TABLE portals.act RENAME COLUMN ods_code TO place;

-- A session is good in the portal alone in which it was begun.
ALTER TABLE portals.session ADD COLUMN portal text NOT NULL DEFAULT 'practice';
ALTER TABLE portals.session ALTER COLUMN portal DROP DEFAULT;
