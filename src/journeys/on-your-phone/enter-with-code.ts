import type { JourneyDefinition } from '#foundation/journey';
import { codeAnswers, codeContext, type CodeAnswers, type CodeContext } from './answers.ts';
import { enterCode } from './code/step.ts';
import { whose } from './whose/step.ts';

/** Lets another device show that its owner sees the code, and see whose it is, before it adds anything. */
export const enterWithCode: JourneyDefinition<CodeAnswers, CodeContext> = {
  id: 'continue',
  answers: codeAnswers,
  context: codeContext,
  lifetimeSeconds: 3600,
  steps: [enterCode, whose],
  finish: () => Promise.reject(new Error('the last page leads to another journey')),
};
