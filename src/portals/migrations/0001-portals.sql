CREATE SCHEMA portals;

-- Somebody who works at one or more practices. Whoever has no password yet has not followed their invitation.
CREATE TABLE portals.staff (
  id uuid PRIMARY KEY,
  -- A keyed hash of the address in the spelling that is compared.
  email_key text NOT NULL UNIQUE,
  sealed_email bytea NOT NULL,
  password_hash text,
  sealed_secret bytea,
  -- The half minute of the last code that was used: none of it or before it counts again.
  last_code_step bigint,
  created_at timestamptz NOT NULL
);

CREATE TABLE portals.member (
  staff_id uuid NOT NULL REFERENCES portals.staff,
  ods_code text NOT NULL,
  -- As this practice calls them.
  sealed_name bytea NOT NULL,
  -- Empty once they were removed: what they did keeps their name.
  roles text[] NOT NULL,
  added_at timestamptz NOT NULL,
  first_seen_at timestamptz,
  PRIMARY KEY (staff_id, ods_code)
);
CREATE INDEX member_ods_code ON portals.member (ods_code);

CREATE TABLE portals.invitation (
  token_hash text PRIMARY KEY,
  staff_id uuid NOT NULL REFERENCES portals.staff,
  -- The practice that invites, for the words of the page.
  ods_code text NOT NULL,
  expires_at timestamptz NOT NULL,
  is_over boolean NOT NULL,
  -- Between its two pages, and for the browser alone in which the password was chosen.
  browser_key text,
  password_hash text,
  sealed_secret bytea
);
CREATE INDEX invitation_staff ON portals.invitation (staff_id);
CREATE INDEX invitation_expires ON portals.invitation (expires_at);

CREATE TABLE portals.session (
  token_hash text PRIMARY KEY,
  staff_id uuid NOT NULL REFERENCES portals.staff,
  idle_until timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX session_staff ON portals.session (staff_id);
CREATE INDEX session_expires ON portals.session (expires_at);

-- A patient whom a member of staff has found, for as long as they are dealt with.
CREATE TABLE portals.patient_visit (
  id uuid PRIMARY KEY,
  session_hash text NOT NULL REFERENCES portals.session ON DELETE CASCADE,
  ods_code text NOT NULL,
  sealed bytea NOT NULL,
  -- Details are being issued: not twice at the same moment.
  is_taken boolean NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX patient_visit_session ON portals.patient_visit (session_hash);
CREATE INDEX patient_visit_expires ON portals.patient_visit (expires_at);

-- Details on their way to paper: taken out when the letter is made, once.
CREATE TABLE portals.letter (
  id uuid PRIMARY KEY,
  session_hash text NOT NULL REFERENCES portals.session ON DELETE CASCADE,
  ods_code text NOT NULL,
  issued_id uuid NOT NULL,
  sealed bytea NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX letter_session ON portals.letter (session_hash);
CREATE INDEX letter_expires ON portals.letter (expires_at);

-- What the practice knows beside what was issued: why, and by which keyed hash the same key is known again.
CREATE TABLE portals.issue (
  issued_id uuid PRIMARY KEY,
  ods_code text NOT NULL,
  supplier_id text NOT NULL,
  reason text NOT NULL,
  person_key text NOT NULL,
  details_key text NOT NULL,
  sealed_patient bytea NOT NULL,
  issued_at timestamptz NOT NULL,
  kept_until timestamptz NOT NULL
);
CREATE INDEX issue_at ON portals.issue (ods_code, issued_at);
CREATE INDEX issue_details ON portals.issue (ods_code, details_key);
CREATE INDEX issue_kept ON portals.issue (kept_until);

-- What staff have done, for their practice to see.
CREATE TABLE portals.act (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ods_code text NOT NULL,
  staff_id uuid REFERENCES portals.staff,
  type text NOT NULL,
  sealed_initials bytea,
  details text[] NOT NULL,
  at timestamptz NOT NULL,
  kept_until timestamptz NOT NULL
);
CREATE INDEX act_of ON portals.act (ods_code, number);
CREATE INDEX act_kept ON portals.act (kept_until);
