import type { House } from '#foundation/deps';
import { clearRegisterFaults, listRegisterFaults, registerFaultKinds, setRegisterFault } from '#pds';
import { z } from 'zod';
import { operation, refusal, type Operation, type Reply } from './operation.ts';

/** What can be made to go wrong, now or when it is there. */
const targets = ['pds', 'gp', 'sms', 'email', 'token', 'userinfo', 'authorize'] as const;
const mostTimes = 1_000_000;

/** What each kind makes the register do, for the description and for the page. */
const kinds = {
  fail: 'status 500',
  unavailable: 'status 503 with Retry-After',
  timeout408: 'status 408: it took too long itself',
  'too-many': 'status 429 with Retry-After',
  stall: 'no answer, and the connection stays open',
  slow: 'a right answer after 1.5 seconds',
  malformed: 'status 200 and a body that is no JSON',
  half: 'a right answer that breaks off in the middle',
  'wrong-patient': 'the entry of somebody else',
  many: 'to a search, that too many entries fit',
  'token-refused': 'status 401: the access token is not good (any more)',
  'token-endpoint-down': 'status 503 of its token endpoint',
} as const satisfies Record<(typeof registerFaultKinds)[number], string>;

const body = z.strictObject(
  {
    target: z
      .enum(targets, { error: `must be one of ${targets.join(', ')}` })
      .describe('what is to go wrong; so far the national register (pds) alone can'),
    kind: z.enum(registerFaultKinds, { error: `must be one of ${registerFaultKinds.join(', ')}` }).describe(
      Object.entries(kinds)
        .map(([kind, means]) => `${kind}: ${means}`)
        .join('; '),
    ),
    times: z
      .number({ error: 'must be a whole number' })
      .int('must be a whole number')
      .min(1, 'must be 1 or more')
      .max(mostTimes, `must be ${mostTimes} or less`)
      .default(1)
      .describe('how many requests it happens to: the next ones that it can happen to'),
  },
  {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `has members that are not known: ${issue.keys.join(', ').slice(0, 200)}`
        : 'must be a JSON object',
  },
);
const faultsSchema = z.object({
  faults: z.array(z.object({ target: z.string(), kind: z.string(), times: z.number() })),
});

/** Lets a test see what becomes of a journey when another system fails. */
export function faultOperations({ house }: { house: House }): Operation[] {
  return [
    operation({
      method: 'GET',
      path: '/faults',
      summary: 'Lists the faults that are still to come, the next one first.',
      input: {},
      answers: { 200: { description: 'All of them.', schema: faultsSchema } },
      handle: () => told(house, 200),
    }),
    operation({
      method: 'POST',
      path: '/faults',
      summary:
        'Makes the next requests to a simulated system go wrong, after those that were told to before.',
      input: { body },
      answers: {
        201: { description: 'The faults that are to come.', schema: faultsSchema },
        400: { description: 'The call does not fit.' },
        501: { description: 'This system can’t be made to go wrong yet.' },
      },
      handle: async ({ body: { target, kind, times } }) => {
        if (target !== 'pds')
          return refusal(501, 'not_there_yet', `${target} can’t be made to go wrong yet; pds can.`);
        await setRegisterFault(house.deps, { kind, times });
        return told(house, 201);
      },
    }),
    operation({
      method: 'DELETE',
      path: '/faults',
      summary: 'Lets every system do everything right again.',
      input: {},
      answers: { 204: { description: 'Done.' } },
      handle: async () => {
        await clearRegisterFaults(house.deps);
        return { status: 204 };
      },
    }),
  ];
}

async function told({ deps }: House, status: number): Promise<Reply> {
  const faults = (await listRegisterFaults(deps)).map((fault) => ({ target: 'pds', ...fault }));
  return { status, body: { faults } };
}
