import { stepsOf } from '#foundation/journey';
import { ownPages } from '#openid';
import { z } from 'zod';
import type { SignInAnswers, SignInContext } from '../answers.ts';
import { passkeyField, passkeyOptions, takePasskey } from '../passkey.ts';

const step = stepsOf<SignInAnswers, SignInContext>();

/** Where a service takes nothing but a passkey. */
export const usePasskey = step({
  path: 'passkey',
  page: 'journeys/sign-in/use-passkey',
  appliesWhen: (_answers, context) => context.passkey === 'needed',
  isDone: (answers) => answers.passkey !== undefined,
  // Nothing comes before it that could change; and the page with the e-mail address takes passkeys, too.
  undo: (given) => given,
  show: () => Promise.resolve({ settingsAddress: ownPages.settings }),
  form: z.object({ passkey: passkeyField }),
  secretFields: ['passkey'],
  submit: (deps, visit, { passkey }) => takePasskey(deps, visit, passkey),
  resources: passkeyOptions,
});
