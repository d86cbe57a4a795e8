import type { House } from '#foundation/deps';
import { readAccount } from '#accounts';
import {
  adviceThemes,
  decideInSandbox,
  holdInSandbox,
  listInSandbox,
  reasonCodes,
  type ListedCase,
} from '#review';
import { z } from 'zod';
import { usualReason, type PhotoChecks } from '../cases/photo-checks.ts';
import { personas } from '../personas.ts';
import { operation, refusal, type Operation, type Reply } from './operation.ts';

const caseSchema = z.object({
  id: z.string(),
  state: z.string().describe('queued, claimed, holding, processing, approved, declined or void'),
  sub: z.string().optional().describe('whose it is; left out once their login is closed'),
  email: z.string().optional(),
  persona: z.string().optional(),
  document: z.string(),
  way: z
    .enum(['say', 'write', 'sign', 'scan'])
    .optional()
    .describe('how they give the four numbers in the video, or `scan` for a scan of their face'),
  submittedAt: z.string(),
  endedAt: z.string().optional(),
  decidedBy: z
    .enum(['person', 'machine'])
    .optional()
    .describe('of one that was approved or declined: `machine` where every check of a scan had passed'),
  reason: z.string().optional().describe('why it was declined: what nobody tells the person'),
  advice: z.enum(adviceThemes).optional().describe('what the person is told to do next'),
});

const body = z.strictObject(
  {
    decision: z
      .enum(['approve', 'decline', 'hold'], { error: 'must be approve, decline or hold' })
      .describe('hold: a supervisor looks into it, and the person is told that it takes longer'),
    reason: z
      .enum(reasonCodes, { error: `must be one of ${reasonCodes.join(', ')}` })
      .optional()
      .describe(`of decline: the code of a reason; ${usualReason} when left out`),
  },
  {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `has members that are not known: ${issue.keys.join(', ').slice(0, 200)}`
        : 'must be a JSON object',
  },
);

/** Lets a test play those who check photo ID and videos. */
export function caseOperations({
  house,
  photoChecks,
}: {
  readonly house: House;
  readonly photoChecks: PhotoChecks;
}): Operation[] {
  return [
    operation({
      method: 'GET',
      path: '/cases',
      summary:
        'Lists what people have sent to prove who they are with photo ID and a video or a face scan, the newest first: 200 at most. What personas have sent before is made when it is first asked for.',
      input: {},
      answers: { 200: { description: 'The cases.', schema: z.array(caseSchema) } },
      handle: async () => {
        await photoChecks.ensureQueue();
        return { status: 200, body: await listCases(house) };
      },
    }),
    operation({
      method: 'POST',
      path: '/cases/{id}/decide',
      summary:
        'Decides a case at once, as a person who checks it would: the level is raised or not, and the person gets an e-mail.',
      input: { params: z.object({ id: z.string() }), body },
      answers: {
        200: { description: 'The case.', schema: caseSchema },
        400: { description: 'The call does not fit.' },
        404: { description: 'There is no such case.' },
        409: { description: 'It was decided already.' },
      },
      handle: ({ params, body: asked }) => decide(house, params.id, asked),
    }),
  ];
}

async function decide(house: House, caseId: string, asked: z.output<typeof body>): Promise<Reply> {
  const { decision, reason } = asked;
  if (reason !== undefined && decision !== 'decline')
    return refusal(400, 'invalid_request', 'reason is for decline only.');
  const decided = await house.transact((deps) =>
    decision === 'hold'
      ? holdInSandbox(deps, caseId)
      : decideInSandbox(deps, {
          caseId,
          decision: decision === 'approve' ? 'approved' : 'declined',
          reason: reason ?? usualReason,
        }),
  );
  switch (decided.outcome) {
    case 'unknown':
      return refusal(404, 'unknown_case', `There is no case ${caseId.slice(0, 60)}.`);
    case 'ended_already':
      return refusal(409, 'decided_already', 'This case was decided already.');
    case 'wrong_reason':
      return refusal(400, 'invalid_request', 'This is no reason to decline.');
    case 'decided': {
      const found = (await listCases(house)).find(({ id }) => id === caseId);
      return { status: 200, body: found };
    }
  }
}

async function listCases(house: House): Promise<z.input<typeof caseSchema>[]> {
  const listed = await listInSandbox(house.deps);
  return Promise.all(listed.map((one) => describeCase(house, one)));
}

async function describeCase({ deps }: House, listed: ListedCase): Promise<z.input<typeof caseSchema>> {
  const { id, accountId, state, documentKind, challengeWay, submittedAt, endedAt, reason, advice } = listed;
  const isDecided = state === 'approved' || state === 'declined';
  const account = accountId === undefined ? undefined : await readAccount(deps, accountId);
  const persona = personas.find((one) => one.account !== undefined && one.account.sub === accountId);
  return {
    id,
    state,
    ...(account === undefined ? {} : { sub: account.id, email: account.email }),
    ...(persona === undefined ? {} : { persona: persona.id }),
    document: documentKind,
    ...(challengeWay === undefined ? {} : { way: challengeWay }),
    submittedAt: submittedAt.toISOString(),
    ...(endedAt === undefined ? {} : { endedAt: endedAt.toISOString() }),
    ...(isDecided ? { decidedBy: listed.isByMachine ? 'machine' : 'person' } : {}),
    ...(reason === undefined ? {} : { reason }),
    ...(advice === undefined ? {} : { advice }),
  };
}
