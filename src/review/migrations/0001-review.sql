CREATE SCHEMA review;

-- A person's case, to be decided by another person. No personal details in the clear; what is sealed goes with the evidence.
CREATE TABLE review.case (
  id uuid PRIMARY KEY,
  -- Both null once the login is closed. A keyed hash of the NHS number tells that two cases are one person's.
  account_id uuid,
  person_key text,
  method text NOT NULL,
  bundle_id uuid,
  document_kind text NOT NULL,
  challenge_way text,
  -- Which files show what, and the numbers that had to be told; null once they are gone.
  evidence jsonb,
  -- What a machine has answered before: by question, and whether it stays so.
  presets jsonb NOT NULL DEFAULT '{}',
  submitted_at timestamptz NOT NULL,
  state text NOT NULL CHECK (state IN ('queued', 'claimed', 'holding', 'processing', 'approved', 'declined', 'void')),
  list text NOT NULL DEFAULT 'main' CHECK (list IN ('main', 'holding')),
  claimed_by uuid,
  claimed_at timestamptz,
  last_active_at timestamptz,
  added_by uuid,
  held_at timestamptz,
  holding_reason text,
  sealed_holding_note bytea,
  -- When the person was told that it takes longer; once.
  held_told_at timestamptz,
  decision text CHECK (decision IN ('approved', 'declined')),
  reason text,
  ticks text[] NOT NULL DEFAULT '{}',
  sealed_note bytea,
  decided_by uuid,
  decided_at timestamptz,
  processing_until timestamptz,
  is_revised boolean NOT NULL DEFAULT false,
  -- How it ended, as a code, and what the person was advised.
  ending text,
  advice text,
  ended_at timestamptz,
  details_kept_until timestamptz,
  kept_until timestamptz,
  version integer NOT NULL DEFAULT 1,
  CHECK ((state = 'claimed') = (claimed_by IS NOT NULL)),
  CHECK (state <> 'processing' OR (decision IS NOT NULL AND decided_by IS NOT NULL AND processing_until IS NOT NULL)),
  CHECK ((state IN ('approved', 'declined', 'void')) = (ended_at IS NOT NULL))
);
CREATE INDEX case_account ON review.case (account_id, submitted_at);
CREATE INDEX case_person ON review.case (person_key, submitted_at);
CREATE INDEX case_open ON review.case (state, submitted_at) WHERE ended_at IS NULL;
CREATE INDEX case_decided ON review.case (decided_at);
CREATE INDEX case_details_kept_until ON review.case (details_kept_until);
CREATE INDEX case_kept_until ON review.case (kept_until);
-- Somebody has one case of the queue at a time, whatever processes do.
CREATE UNIQUE INDEX case_one_claimed ON review.case (claimed_by) WHERE state = 'claimed' AND list = 'main';
-- A login has one case that is not ended.
CREATE UNIQUE INDEX case_one_open ON review.case (account_id, method) WHERE ended_at IS NULL;

-- Who was given which case of the queue when: nobody is given more in an hour than is good for them.
CREATE TABLE review.claim (
  staff_id uuid NOT NULL,
  case_id uuid NOT NULL REFERENCES review.case ON DELETE CASCADE,
  claimed_at timestamptz NOT NULL,
  discarded_at timestamptz,
  PRIMARY KEY (staff_id, case_id, claimed_at)
);
CREATE INDEX claim_claimed_at ON review.claim (claimed_at);
CREATE INDEX claim_case ON review.claim (case_id);

-- A second, blind look at a case that was approved.
CREATE TABLE review.second_check (
  id uuid PRIMARY KEY,
  case_id uuid NOT NULL UNIQUE REFERENCES review.case ON DELETE CASCADE,
  state text NOT NULL
    CHECK (state IN ('queued', 'claimed', 'agreed', 'disagreed', 'proposed', 'confirmed', 'withdrawn', 'lapsed')),
  chosen_at timestamptz NOT NULL,
  claimed_by uuid,
  claimed_at timestamptz,
  last_active_at timestamptz,
  reason text,
  sealed_note bytea,
  checked_by uuid,
  checked_at timestamptz,
  proposed_by uuid,
  settled_by uuid,
  settled_at timestamptz,
  CHECK ((state = 'claimed') = (claimed_by IS NOT NULL))
);
CREATE INDEX second_check_state ON review.second_check (state, chosen_at);
CREATE UNIQUE INDEX second_check_one_claimed ON review.second_check (claimed_by);

-- What was answered: of a case, or of a second look at it.
CREATE TABLE review.answer (
  of_id uuid NOT NULL,
  case_id uuid NOT NULL REFERENCES review.case ON DELETE CASCADE,
  question text NOT NULL,
  answer text NOT NULL CHECK (answer IN ('yes', 'no')),
  answered_by uuid NOT NULL,
  answered_at timestamptz NOT NULL,
  PRIMARY KEY (of_id, question)
);
CREATE INDEX answer_case ON review.answer (case_id);

-- What the national register answered. The entry is sealed.
CREATE TABLE review.trace (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  case_id uuid NOT NULL REFERENCES review.case ON DELETE CASCADE,
  asked_for text NOT NULL CHECK (asked_for IN ('own_number', 'typed_number', 'details')),
  outcome text NOT NULL,
  error text,
  sealed_entry bytea,
  asked_by uuid,
  asked_at timestamptz NOT NULL
);
CREATE INDEX trace_case ON review.trace (case_id, id);

-- How long a check should take at most, and what people who wait are told: one row.
CREATE TABLE review.target (
  is_the_one boolean PRIMARY KEY DEFAULT true CHECK (is_the_one),
  hours integer NOT NULL CHECK (hours BETWEEN 1 AND 720),
  notice_en text,
  notice_cy text,
  changed_by uuid NOT NULL,
  changed_at timestamptz NOT NULL,
  CHECK ((notice_en IS NULL) = (notice_cy IS NULL))
);
