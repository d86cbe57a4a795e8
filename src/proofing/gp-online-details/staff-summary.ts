import type { Evidence } from '#identity';
import { z } from 'zod';

const evidenceShape = z.object({
  odsCode: z.string(),
  connectedAt: z.string(),
  check: z.object({ way: z.string(), on: z.string() }).optional(),
});

const ways: Readonly<Record<string, string>> = {
  documents: 'by documents',
  vouching: 'by vouching',
  'vouching-with-record': 'by vouching, with confirmation from the record',
};

export function staffSummary(evidence: Evidence): string {
  const read = evidenceShape.safeParse(evidence);
  if (!read.success) return 'Registration details of a GP surgery.';
  const { odsCode, connectedAt, check } = read.data;
  const used = `Registration details of practice ${odsCode}, accepted by its system on ${connectedAt.slice(0, 10)}`;
  if (check === undefined) return `${used}; how the practice checked the person is not known.`;
  return `${used}; the practice checked the person ${ways[check.way] ?? 'in another way'} on ${check.on.slice(0, 10)}.`;
}
