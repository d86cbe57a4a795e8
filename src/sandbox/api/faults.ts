import type { House } from '#foundation/deps';
import { readOdsCode } from '#foundation/identifiers';
import {
  clearGpSystemFaults,
  gpSystemFaultKinds,
  listGpSystemFaults,
  loadSupplierPlugs,
  readPractice,
  setGpSystemFault,
  type GpSystemFaultKind,
} from '#gp-systems';
import {
  clearRegisterFaults,
  listRegisterFaults,
  registerFaultKinds,
  setRegisterFault,
  type RegisterFaultKind,
} from '#pds';
import { z } from 'zod';
import { operation, refusal, type Operation, type Reply } from './operation.ts';

/** What can be made to go wrong, now or when it is there. */
const targets = ['pds', 'gp', 'sms', 'email', 'token', 'userinfo', 'authorize'] as const;
const mostTimes = 1_000_000;

/** What each kind makes a system do, for the description. */
const kinds = {
  fail: 'status 500',
  unavailable: 'status 503',
  'too-many': 'status 429',
  stall: 'no answer, and the connection stays open',
  slow: 'a right answer after 1.5 seconds',
  malformed: 'status 200 and a body that can’t be read',
  half: 'a right answer that breaks off in the middle',
  timeout408: 'pds: status 408: it took too long itself',
  'wrong-patient': 'pds: the entry of somebody else',
  many: 'pds: to a search, that too many entries fit',
  'token-refused': 'pds: status 401: the access token is not good (any more)',
  'token-endpoint-down': 'pds: status 503 of its token endpoint',
  lost: 'gp: it does what it was asked for, and breaks the connection before it says so',
} as const satisfies Record<RegisterFaultKind | Exclude<GpSystemFaultKind, 'refuse'>, string>;
const allKinds = [...registerFaultKinds, 'lost'] as const satisfies readonly (keyof typeof kinds)[];

function kindOf<K extends string>(known: readonly K[], kind: string): K | undefined {
  return known.find((one) => one === kind);
}

const body = z.strictObject(
  {
    target: z
      .enum(targets, { error: `must be one of ${targets.join(', ')}` })
      .describe(
        'what is to go wrong; so far the national register (pds) and the systems of GP practices (gp) can',
      ),
    kind: z.enum(allKinds, { error: `must be one of ${allKinds.join(', ')}` }).describe(
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
    odsCode: z
      .string({ error: 'must be an ODS code' })
      .max(10, 'must be an ODS code')
      .optional()
      .describe(
        'of gp: the practice whose GP system it happens to; to each GP system, so often, when left out',
      ),
  },
  {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `has members that are not known: ${issue.keys.join(', ').slice(0, 200)}`
        : 'must be a JSON object',
  },
);
const faultsSchema = z.object({
  faults: z.array(
    z.object({
      target: z.string(),
      kind: z.string(),
      times: z.number(),
      system: z.string().optional().describe('of gp: which of the GP systems'),
    }),
  ),
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
      handle: ({ body: asked }) => setFault(house, asked),
    }),
    operation({
      method: 'DELETE',
      path: '/faults',
      summary: 'Lets every system do everything right again.',
      input: {},
      answers: { 204: { description: 'Done.' } },
      handle: async () => {
        await clearRegisterFaults(house.deps);
        await clearGpSystemFaults(house.deps);
        return { status: 204 };
      },
    }),
  ];
}

async function setFault(house: House, asked: z.output<typeof body>): Promise<Reply> {
  const { target, kind, times } = asked;
  if (target !== 'pds' && target !== 'gp')
    return refusal(501, 'not_there_yet', `${target} can’t be made to go wrong yet; pds and gp can.`);
  if (target === 'pds') {
    const known = kindOf(registerFaultKinds, kind);
    if (known === undefined) return unfit(target, kind);
    await setRegisterFault(house.deps, { kind: known, times });
    return told(house, 201);
  }
  const known = kindOf(gpSystemFaultKinds, kind);
  if (known === undefined) return unfit(target, kind);
  const supplierIds = await suppliersAt(house, asked.odsCode);
  if (supplierIds.length === 0)
    return refusal(400, 'invalid_request', 'There is no such practice: odsCode is unknown.');
  for (const supplierId of supplierIds)
    await setGpSystemFault(house.deps, { supplierId, kind: known, times });
  return told(house, 201);
}

function unfit(target: string, kind: string): Reply {
  return refusal(400, 'invalid_request', `${kind} can’t happen to ${target}.`);
}

async function suppliersAt({ deps }: House, code: string | undefined): Promise<readonly string[]> {
  if (code === undefined) return (await loadSupplierPlugs()).map(({ id }) => id);
  const odsCode = readOdsCode(code);
  const practice = odsCode === undefined ? undefined : await readPractice(deps, odsCode);
  return practice === undefined ? [] : [practice.supplierId];
}

async function told({ deps }: House, status: number): Promise<Reply> {
  const register = (await listRegisterFaults(deps)).map((fault) => ({ target: 'pds', ...fault }));
  const gp = (await listGpSystemFaults(deps)).map(({ supplierId, ...fault }) => ({
    target: 'gp',
    ...fault,
    system: supplierId,
  }));
  return { status, body: { faults: [...register, ...gp] } };
}
