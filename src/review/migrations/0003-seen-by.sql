-- Who has had a case open, decided or not: nobody of them looks at it again as if for the first time.
ALTER TABLE review.case ADD COLUMN seen_by uuid[] NOT NULL DEFAULT '{}';
