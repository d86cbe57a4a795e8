-- Counted before each try, so that a sender knows when a message may have been sent before.
ALTER TABLE messaging.outgoing_message ADD COLUMN attempts integer NOT NULL DEFAULT 0;
