-- What machines have found about each part of a case, in words of closed lists; null where none has looked, or once it is gone.
ALTER TABLE review.case ADD COLUMN machine jsonb;
-- A machine has approved it; nobody has decided.
ALTER TABLE review.case ADD COLUMN is_by_machine boolean NOT NULL DEFAULT false
  CHECK (NOT is_by_machine OR (decision = 'approved' AND decided_by IS NULL));

-- How many of a hundred may be decided by a machine, and whether any is: one row, once somebody has said so.
CREATE TABLE review.automation (
  is_the_one boolean PRIMARY KEY DEFAULT true CHECK (is_the_one),
  is_on boolean NOT NULL,
  percent integer NOT NULL CHECK (percent BETWEEN 0 AND 100),
  changed_by uuid NOT NULL,
  changed_at timestamptz NOT NULL
);
