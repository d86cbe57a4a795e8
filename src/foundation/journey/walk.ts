import type { AnyStep, JourneyDefinition } from './types.ts';

/**
 * The order of a journey, which has one truth: the next step is the first that applies and isn't done; a step opens
 * only when all before it are done.
 */

type Route<A, C> = Pick<JourneyDefinition<A, C>, 'steps'>;

function applying<A, C>(journey: Route<A, C>, answers: A, context: C): AnyStep<A, C>[] {
  return journey.steps.filter((step) => step.appliesWhen?.(answers, context) ?? true);
}

/** @returns the step to show next, or undefined when the journey is complete */
export function nextStep<A, C>(journey: Route<A, C>, answers: A, context: C): AnyStep<A, C> | undefined {
  return applying(journey, answers, context).find((step) => !step.isDone(answers));
}

/** @returns the steps that may be opened now: the next one, and those done since the last final one */
export function openSteps<A, C>(journey: Route<A, C>, answers: A, context: C): AnyStep<A, C>[] {
  const steps = applying(journey, answers, context);
  const firstUndone = steps.findIndex((step) => !step.isDone(answers));
  const reached = firstUndone === -1 ? steps : steps.slice(0, firstUndone + 1);
  const lastFinal = reached.findLastIndex((step) => step.isFinal === true && step.isDone(answers));
  return reached.slice(lastFinal + 1);
}

/** @returns the open step before another, where “Back” leads */
export function stepBefore<A, C>(
  journey: Route<A, C>,
  answers: A,
  context: C,
  path: string,
): AnyStep<A, C> | undefined {
  const open = openSteps(journey, answers, context);
  const index = open.findIndex((step) => step.path === path);
  return index > 0 ? open[index - 1] : undefined;
}

/** Takes out every answer that came after a step whose own answer has changed. */
export function undoAfter<A, C>(journey: Route<A, C>, answers: A, path: string): A {
  const index = journey.steps.findIndex((step) => step.path === path);
  return journey.steps.slice(index + 1).reduce((left, step) => step.undo(left), answers);
}
