import type { Evidence } from '#identity';
import { z } from 'zod';

const evidenceShape = z.object({
  caseId: z.string(),
  documentKind: z.string(),
  challengeWay: z.string().optional(),
});

const ways: Readonly<Record<string, string>> = { say: 'said', write: 'written', sign: 'signed in BSL' };

export function staffSummary(evidence: Evidence): string {
  const read = evidenceShape.safeParse(evidence);
  if (!read.success) return 'Photo ID and a video, checked by a person.';
  const { caseId, documentKind, challengeWay } = read.data;
  const document = documentKind.replaceAll('-', ' ');
  const video =
    challengeWay === undefined ? 'a video' : `a video with the numbers ${ways[challengeWay] ?? challengeWay}`;
  return `Photo ID (${document}) and ${video}, checked by a person: case ${caseId.slice(0, 8).toUpperCase()}.`;
}
