import type { CodeChecked, CodeSent } from '#accounts';
import type { Deps } from '#foundation/deps';
import type { Entered, Outcome } from '#foundation/journey';
import { locked, lockedStop } from './request.ts';

/** What every page does that asks for a code which was sent somewhere; what they send, and what the code is for, is theirs. */

type Clocked = Pick<Deps, 'clock'>;
/** @returns the answers with the code that is asked for now */
type WithCode<A> = (codeId: string) => A;

/** Shows the page once its code is on the way. */
export function codeEntered<A>(deps: Clocked, sent: CodeSent, withCode: WithCode<A>): Entered<A> {
  return sent.outcome === 'locked'
    ? { outcome: 'stopped', stop: lockedStop(deps, sent.until, 'requests') }
    : { outcome: 'entered', answers: withCode(sent.codeId) };
}

/** Shows it again with the news that another code is on the way. */
export function codeResent<A>(
  deps: Clocked,
  sent: CodeSent,
  { withCode, notice = 'resent' }: { readonly withCode: WithCode<A>; readonly notice?: string },
): Outcome<A> {
  return sent.outcome === 'sent'
    ? { outcome: 'stayed', answers: withCode(sent.codeId), notice }
    : locked(deps, sent.until, 'requests');
}

/** Says that what was typed is not the code, or not one any more. */
export function notTheCode(
  deps: Clocked,
  checked: Exclude<CodeChecked, { outcome: 'match' }>,
): Outcome<never> {
  return checked.outcome === 'locked'
    ? locked(deps, checked.until, 'code')
    : { outcome: 'invalid', errors: { code: checked.outcome } };
}
