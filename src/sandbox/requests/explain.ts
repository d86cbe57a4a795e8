import type { Finding } from '#foundation/http';
import type { ServiceRequest } from '#openid';
import type { Facts } from './facts.ts';
import { authorizeReasons } from './reasons/authorize.ts';
import { describeGenerally } from './reasons/general.ts';
import type { Reason } from './reasons/reason.ts';
import { parReasons } from './reasons/par.ts';
import { revokeReasons } from './reasons/revoke.ts';
import { signOutReasons } from './reasons/sign-out.ts';
import { tokenReasons } from './reasons/token.ts';
import { userinfoReasons } from './reasons/userinfo.ts';

/** The catalogue: every reason for which a request can be refused, by where it came. */
const catalogue: Readonly<Record<ServiceRequest['endpoint'], readonly Reason[]>> = {
  authorize: authorizeReasons,
  return: [],
  par: parReasons,
  token: tokenReasons,
  revoke: revokeReasons,
  userinfo: userinfoReasons,
  'sign-out': signOutReasons,
  discovery: [],
  keys: [],
};

const mostFindings = 6;

/**
 * Explains why a request was refused: everything that is wrong with it, what led to this very error first. It goes by
 * what was received alone, so that nothing in the product needs to know of it.
 *
 * @returns nothing for a request that was not refused
 */
export function explain(facts: Facts): Finding[] {
  const { answer, endpoint, isUnreadable } = facts.request;
  if (answer.outcome !== 'refused') return [];
  const reasons = isUnreadable === true ? [] : catalogue[endpoint];
  const found = reasons.flatMap((reason) => {
    const words = reason.find(facts);
    return words === undefined ? [] : [{ reason, words }];
  });
  const isCause = ({ reason }: { reason: Reason }) => reason.errors.includes(answer.error);
  const causes = found.filter(isCause);
  const general = causes.length === 0 ? describeGenerally(facts) : undefined;
  const findings = [...causes, ...found.filter((one) => !isCause(one))].map(({ reason, words }) => ({
    reason: reason.id,
    received: words.received,
    rule: reason.rule,
    mend: words.mend,
    see: reason.see,
  }));
  return [...(general === undefined ? [] : [general]), ...findings].slice(0, mostFindings);
}
