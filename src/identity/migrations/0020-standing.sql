-- When the national register was last read for the record. The default is for a process of the release before, which
-- writes records still while this one starts.
ALTER TABLE identity.record ADD COLUMN checked_at timestamptz NOT NULL DEFAULT now();
UPDATE identity.record SET checked_at = established_at;

-- Why the account can't be used, as the register was last understood; null is good. `number_conflict`: the number that
-- took the place of its own is another account's.
ALTER TABLE identity.record ADD COLUMN standing text CHECK (standing IN ('withdrawn', 'deceased', 'number_conflict'));
