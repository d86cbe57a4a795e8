import { sealAuditTrail, verifyAuditTrail } from '#foundation/audit';
import { asOperator, OperatorError } from '../operator.ts';

/** Recomputes the chain of the audit trail, from its first seal to its last. */
await asOperator(async ({ database }) => {
  await sealAuditTrail(database);
  const state = await verifyAuditTrail(database.db);
  if (state.outcome === 'broken') {
    throw new OperatorError(
      `The audit trail is broken at seal ${state.atSeal}: an event was changed, or seals are missing.`,
    );
  }
  process.stdout.write(`The audit trail is intact: ${state.seals} events.\n`);
});
