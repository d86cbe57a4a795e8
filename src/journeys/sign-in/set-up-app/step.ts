import { connectApp, readAccount } from '#accounts';
import { newAuthenticatorSecret } from '#foundation/authenticator';
import { stepsOf } from '#foundation/journey';
import { appPage, showNewApp } from '../../authenticator-app/new-app.ts';
import { codeForm } from '../../request.ts';
import { provenAtOf, secondOf, signInAgain, type SignInAnswers, type SignInContext } from '../answers.ts';

const step = stepsOf<SignInAnswers, SignInContext>();

/** Where a service takes nothing but an authenticator app, and somebody has shown all else that they have. */
export const setUpApp = step({
  path: 'set-up-app',
  page: appPage,
  appliesWhen: (answers, context) =>
    context.needsSecond &&
    answers.passkey === undefined &&
    answers.passwordIsEnough !== true &&
    secondOf(answers, context).addsApp === true,
  isDone: (answers) => answers.appProven === true,
  // An app that was there before has shown its code on another page.
  undo: (answers) => {
    const { newAppSecret, appProven: _, ...rest } = answers;
    return newAppSecret === undefined ? answers : rest;
  },
  isFinal: true,
  onEnter: (_deps, { answers }) =>
    Promise.resolve({
      outcome: 'entered',
      answers: { ...answers, newAppSecret: answers.newAppSecret ?? newAuthenticatorSecret() },
    }),
  show: async (deps, { answers, context }) => {
    const account = await readAccount(deps, answers.accountId ?? context.known?.accountId ?? '');
    const shown = showNewApp(deps, { secret: answers.newAppSecret ?? '', email: account?.email ?? '' });
    return { ...shown, isAskedFor: true };
  },
  form: codeForm,
  secretFields: ['code'],
  submit: async (deps, visit, { code }) => {
    const { answers, context } = visit;
    const accountId = answers.accountId ?? context.known?.accountId ?? '';
    const secret = answers.newAppSecret ?? '';
    const added = await connectApp(deps, { accountId, provenAt: provenAtOf(visit), secret, code });
    switch (added.outcome) {
      case 'refused':
        return signInAgain(visit);
      case 'no_match':
        return { outcome: 'invalid', errors: { code: 'no_match' } };
      case 'exists':
        // It was added in another tab meanwhile: its codes are asked for.
        return signInAgain(visit);
      case 'added':
        return { outcome: 'answered', answers: { ...answers, appProven: true } };
    }
  },
});
