import type { Evidence } from '#identity';
import { z } from 'zod';

const evidenceShape = z.object({
  caseId: z.string(),
  documentKind: z.string(),
  checkedBy: z.string().optional(),
  challengeWay: z.string().optional(),
  ground: z.object({ provider: z.string() }).optional(),
});

export function staffSummary(evidence: Evidence): string {
  const read = evidenceShape.safeParse(evidence);
  if (!read.success) return 'Photo ID and a face scan.';
  const { caseId, documentKind, checkedBy, challengeWay, ground } = read.data;
  const document = documentKind.replaceAll('-', ' ');
  const face = challengeWay === undefined ? 'a face scan' : 'a video with numbers';
  const by = checkedBy === 'machine' ? `a machine (${ground?.provider ?? 'unnamed'})` : 'a person';
  return `Photo ID (${document}) and ${face}, checked by ${by}: case ${caseId.slice(0, 8).toUpperCase()}.`;
}
