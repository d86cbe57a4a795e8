import { checkSecurityCode, sendSecurityCode, type NumberKind } from '#accounts';
import type { Deps } from '#foundation/deps';
import { stepsOf, type NewCookie, type Outcome, type Visit } from '#foundation/journey';
import { deviceCookies } from '../../device-cookie.ts';
import { codeForm, lastDigits } from '../../request.ts';
import { codeEntered, codeResent, notTheCode } from '../../sent-code.ts';
import type { PhonePages, WithPhone } from '../index.ts';

type Parts<A extends WithPhone, C> = Pick<
  PhonePages<A, C>,
  'appliesWhen' | 'accountOf' | 'remembers' | 'onProven' | 'whenClosed'
> & { readonly kindOf: (answers: A) => NumberKind };

const withCode =
  <A extends WithPhone, C>({ answers }: Visit<A, C>) =>
  (phoneCodeId: string): A => ({ ...answers, phoneCodeId });

export function confirmPhone<A extends WithPhone, C>(parts: Parts<A, C>) {
  const { appliesWhen, kindOf, remembers, whenClosed } = parts;
  return stepsOf<A, C>()({
    path: 'phone-code',
    page: 'journeys/phone/confirm-phone',
    appliesWhen,
    isDone: (answers) => answers.phoneProven === true,
    undo: (answers) => ({ ...answers, phoneCodeId: undefined, phoneProven: undefined }),
    isFinal: true,
    onEnter: async (deps, visit) => {
      const sent = await sendCode(parts, deps, visit);
      return sent.outcome === 'closed' ? whenClosed(visit) : codeEntered(deps, sent, withCode(visit));
    },
    show: (_deps, { answers }) =>
      Promise.resolve({ phone: lastDigits(answers.phone ?? ''), kind: kindOf(answers), remembers }),
    form: codeForm,
    secretFields: ['code'],
    submit: (deps, visit, typed) =>
      takeCode(parts, deps, visit, { code: typed.code, remember: typed.remember === 'yes' }),
    actions: {
      resend: async (deps, visit) => {
        const sent = await sendCode(parts, deps, visit);
        if (sent.outcome === 'closed') return whenClosed(visit);
        const notice = kindOf(visit.answers) === 'landline' ? 'calledAgain' : 'resent';
        return codeResent(deps, sent, { withCode: withCode(visit), notice });
      },
    },
  });
}

function sendCode<A extends WithPhone, C>(
  { kindOf, accountOf }: Parts<A, C>,
  deps: Deps,
  visit: Visit<A, C>,
) {
  return sendSecurityCode(deps, {
    purpose: 'confirm-phone',
    channel: kindOf(visit.answers) === 'landline' ? 'voice' : 'sms',
    destination: visit.answers.phone ?? '',
    boundTo: visit.ref,
    accountId: accountOf(visit),
    language: visit.browser.language,
    remoteAddress: visit.browser.remoteAddress,
  });
}

async function takeCode<A extends WithPhone, C>(
  parts: Parts<A, C>,
  deps: Deps,
  visit: Visit<A, C>,
  typed: { code: string; remember: boolean },
): Promise<Outcome<A>> {
  const checked = await checkSecurityCode(deps, {
    codeId: visit.answers.phoneCodeId ?? '',
    code: typed.code,
    purpose: 'confirm-phone',
    boundTo: visit.ref,
    remoteAddress: visit.browser.remoteAddress,
  });
  if (checked.outcome !== 'match') return notTheCode(deps, checked);
  const proven = { kind: parts.kindOf(visit.answers), number: checked.destination };
  const instead = await parts.onProven(deps, visit, proven);
  if (instead !== undefined) return instead;
  const answers = { ...visit.answers, phoneProven: true };
  return { outcome: 'answered', answers, cookies: await cookiesFor(parts, deps, visit, typed.remember) };
}

function cookiesFor<A extends WithPhone, C>(
  { accountOf, remembers }: Parts<A, C>,
  deps: Deps,
  visit: Visit<A, C>,
  remember: boolean,
): Promise<NewCookie[]> {
  const accountId = accountOf(visit);
  return remembers && accountId !== undefined
    ? deviceCookies(deps, { accountId, browser: visit.browser, remember })
    : Promise.resolve([]);
}
