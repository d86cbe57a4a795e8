import type { PastEvent } from '#foundation/audit';
import type { Fact, PersonalRecord } from '#foundation/personal-data';

/**
 * Events of the audit trail that are about somebody's account and are not told to them by a machine, with the reason: what staff do
 * with a case would tell of a decision before it counts, or of a doubt that must be looked into.
 */
export const untoldEvents: ReadonlySet<string> = new Set([
  'case.decided',
  'case.ended',
  'case.traced',
  'evidence.read',
  'policy.competence-recorded',
  'policy.competence-withdrawn',
  'policy.fast-track-blocked',
  'policy.fast-track-unblocked',
]);

/** Of an event's details those that are told; others name staff, or say why something was refused. */
const toldDetails: readonly string[] = [
  'system',
  'browser',
  'vot',
  'scopes',
  'silent',
  'level',
  'method',
  'levelBefore',
  'levelAfter',
  'outcome',
  'purpose',
  'channel',
  'from',
  'services',
  'nation',
  'by',
  'locked',
  'attempt',
  'documentKind',
];

/** @returns an event as it is told to the person whom it is about; undefined if it is not */
export function tellEvent({ type, clientId, details, occurredAt }: PastEvent): PersonalRecord | undefined {
  if (untoldEvents.has(type)) return undefined;
  const told = Object.entries(details).filter(([name]) => toldDetails.includes(name));
  return {
    type,
    at: occurredAt,
    ...(clientId === undefined ? {} : { service: clientId }),
    ...Object.fromEntries(told.map(([name, value]) => [name, asFact(value)])),
  };
}

function asFact(value: unknown): Fact {
  if (Array.isArray(value)) return value.map(asFact);
  return typeof value === 'number' || typeof value === 'boolean' ? value : String(value);
}
