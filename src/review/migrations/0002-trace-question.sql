-- With which words somebody had the register asked, sealed: searching by hand can show anybody's record.
ALTER TABLE review.trace ADD COLUMN sealed_question bytea;
