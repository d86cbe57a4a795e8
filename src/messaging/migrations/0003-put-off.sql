-- Whether the mailbox itself has put off the last try: then a message that is of no use any more has not reached it through no fault of ours.
ALTER TABLE messaging.outgoing_message ADD COLUMN is_put_off boolean NOT NULL DEFAULT false;
