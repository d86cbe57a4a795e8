-- A level can be lowered by a decision.
ALTER TABLE identity.decision DROP CONSTRAINT decision_outcome_check;
ALTER TABLE identity.decision ADD CONSTRAINT decision_outcome_check
  CHECK (outcome IN ('raised', 'refused', 'unchanged', 'lowered', 'stopped'));
ALTER TABLE identity.decision ADD CONSTRAINT decision_lowered
  CHECK ((outcome = 'lowered') = (level_after < level_before));
