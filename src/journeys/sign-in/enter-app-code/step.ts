import { checkAuthenticatorCode, readAccount } from '#accounts';
import { stepsOf } from '#foundation/journey';
import { codeForm, locked } from '../../request.ts';
import {
  needsSecond,
  provenAtOf,
  signInAgain,
  wayOf,
  type SignInAnswers,
  type SignInContext,
} from '../answers.ts';
import { otherWays, wayActions } from '../second-factor.ts';

const step = stepsOf<SignInAnswers, SignInContext>();

export const enterAppCode = step({
  path: 'app-code',
  page: 'journeys/sign-in/enter-app-code',
  appliesWhen: (answers, context) => needsSecond(answers, context) && wayOf(answers, context) === 'app',
  isDone: (answers) => answers.appProven === true,
  undo: ({ appProven: _, ...rest }) => rest,
  isFinal: true,
  show: (_deps, visit) => Promise.resolve({ others: otherWays(visit, 'app') }),
  form: codeForm,
  secretFields: ['code'],
  submit: async (deps, visit, { code }) => {
    const { answers, context, browser } = visit;
    const account = await readAccount(deps, answers.accountId ?? context.known?.accountId ?? '');
    if (account === undefined || provenAtOf(visit) < account.signInsValidFrom) return signInAgain(visit);
    const { remoteAddress } = browser;
    const checked = await checkAuthenticatorCode(deps, { accountId: account.id, code, remoteAddress });
    switch (checked.outcome) {
      case 'locked':
        return locked(deps, checked.until, 'code');
      case 'no_match':
      case 'used':
        return { outcome: 'invalid', errors: { code: checked.outcome } };
      case 'match':
        return { outcome: 'answered', answers: { ...answers, appProven: true } };
    }
  },
  actions: wayActions,
});
