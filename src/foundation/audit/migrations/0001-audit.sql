CREATE SCHEMA audit;

CREATE TABLE audit.event (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  type text NOT NULL,
  account_id uuid,
  client_id text,
  details jsonb NOT NULL,
  occurred_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX event_account ON audit.event (account_id, id) WHERE account_id IS NOT NULL;
CREATE INDEX event_expires ON audit.event (expires_at);

-- Events that no seal covers yet, so that sealing never has to search the whole trail.
CREATE TABLE audit.unsealed (event_id bigint PRIMARY KEY);

-- The chain: each seal binds one event to all that were sealed before it.
CREATE TABLE audit.seal (
  number bigint PRIMARY KEY,
  event_id bigint NOT NULL UNIQUE,
  hash bytea NOT NULL
);

CREATE FUNCTION audit.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'event' AND OLD.expires_at < now() THEN RETURN OLD; END IF;
  RAISE EXCEPTION 'the audit trail is append-only';
END $$;
CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON audit.event FOR EACH ROW EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER seal_append_only BEFORE UPDATE OR DELETE ON audit.seal FOR EACH ROW EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON audit.event FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER seal_no_truncate BEFORE TRUNCATE ON audit.seal FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
