import { createHash, randomBytes } from 'node:crypto';
import { secondsAfter } from '#foundation/clock';
import type { Deps } from '#foundation/deps';
import { Fault } from '#foundation/errors';
import { secretsEqual } from '#foundation/security';
import { z } from 'zod';
import { storeAnswer } from '../passkey/store.ts';
import { policy, verificationExtension } from './criteria.ts';
import { readFinalChallenge, type UafResponse } from './messages.ts';

/** Where apps find which of them may speak with us. Below the issuer. */
export const facetsAddress = '/fido/facets';

const challengeLength = 32;
const lifeSeconds = 5 * 60;
const purpose = 'uaf server data';

const asked = z.object({
  op: z.enum(['Reg', 'Auth']),
  challenge: z.string(),
  until: z.number(),
  /** Who registers, through which service, and when they showed who they are. */
  registrant: z.object({ accountId: z.string(), clientId: z.string(), provenAt: z.string() }).optional(),
});
export type Asked = z.output<typeof asked>;

type QuestionDeps = Pick<Deps, 'clock' | 'secrets' | 'settings'>;

/** Asks a device. What is asked is not kept: the device hands it back, sealed. @see FIDO UAF Protocol Specification §3.1.3 */
export function askDevice(deps: QuestionDeps, question: Pick<Asked, 'op' | 'registrant'>) {
  const challenge = randomBytes(challengeLength).toString('base64url');
  const until = secondsAfter(deps.clock.now(), lifeSeconds).getTime();
  const plain = Buffer.from(JSON.stringify({ ...question, challenge, until } satisfies Asked));
  return {
    header: {
      ...headerOf(deps, question.op),
      serverData: deps.secrets.seal(purpose, plain).toString('base64url'),
      exts: [{ id: verificationExtension, data: '', fail_if_unknown: true }],
    },
    challenge,
    ...(question.registrant === undefined ? {} : { username: question.registrant.accountId }),
    policy,
  };
}

export function headerOf({ settings }: Pick<Deps, 'settings'>, op: 'Reg' | 'Auth' | 'Dereg') {
  return { upv: { major: 1, minor: 0 }, op, appID: `${settings.issuer}${facetsAddress}` };
}

/** @returns what a device was asked, if it was asked by us, and not too long ago */
export function readAsked(deps: Pick<Deps, 'clock' | 'secrets'>, { header }: UafResponse): Asked | undefined {
  try {
    const plain = deps.secrets.unseal(purpose, Buffer.from(header.serverData, 'base64url'));
    const question = asked.parse(JSON.parse(plain.toString()));
    return question.op === header.op && question.until > deps.clock.now().getTime() ? question : undefined;
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}

/**
 * @param appIds under which the service's app calls itself, besides ours
 * @returns whether a device answers just what it was asked, for such an app
 */
export function isAnswerTo(
  { settings }: Pick<Deps, 'settings'>,
  { fcParams, header }: UafResponse,
  {
    question,
    finalChallenge,
    appIds,
  }: { question: Asked; finalChallenge: Buffer; appIds: readonly string[] },
): boolean {
  const said = readFinalChallenge(fcParams);
  if (said === undefined || !secretsEqual(said.challenge, question.challenge)) return false;
  const ours = `${settings.issuer}${facetsAddress}`;
  if (said.appID !== ours && !appIds.includes(said.appID)) return false;
  if (header.appID !== undefined && header.appID !== said.appID && header.appID !== ours) return false;
  return createHash('sha256').update(fcParams).digest().equals(finalChallenge);
}

/** Uses a question up. @returns false if it was answered before, in whatever process */
export function spendQuestion(deps: Pick<Deps, 'db'>, { challenge, until }: Asked): Promise<boolean> {
  const id = createHash('sha256').update(challenge).digest();
  return storeAnswer(deps.db, { id, expiresAt: new Date(until) });
}
