import { secondsAfter } from '#foundation/clock';
import type { Deps } from '#foundation/deps';
import { Fault } from '#foundation/errors';
import { z } from 'zod';

/** What lets a browser see somebody's account pages for a while although it has no session. */
export interface PageVisit {
  readonly token: string;
  readonly expiresAt: Date;
}

const visitSeconds = 15 * 60;
const purpose = 'openid page visit';
const mostCharacters = 1000;

const sealedVisit = z.object({ uid: z.string(), accountId: z.string(), until: z.number() });

/** @param session the one that the visit rests on: it ends with it */
export function allowVisit(
  deps: Pick<Deps, 'clock' | 'secrets'>,
  session: { uid: string; accountId: string },
): PageVisit {
  const expiresAt = secondsAfter(deps.clock.now(), visitSeconds);
  const { uid, accountId } = session;
  const plain = JSON.stringify({ uid, accountId, until: expiresAt.getTime() });
  return { token: deps.secrets.seal(purpose, Buffer.from(plain)).toString('base64url'), expiresAt };
}

/** @returns the session that a visit rests on and when it ends, or undefined if the token isn't ours or the time is over */
export function readVisit(
  deps: Pick<Deps, 'clock' | 'secrets'>,
  token: string,
): { uid: string; accountId: string; until: Date } | undefined {
  if (token.length > mostCharacters) return undefined;
  try {
    const plain = deps.secrets.unseal(purpose, Buffer.from(token, 'base64url')).toString();
    const { until, ...session } = sealedVisit.parse(JSON.parse(plain));
    return until > deps.clock.now().getTime() ? { ...session, until: new Date(until) } : undefined;
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}
