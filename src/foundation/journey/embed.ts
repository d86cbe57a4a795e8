import type { Deps } from '#foundation/deps';
import type { AnyStep, Entered, Outcome, Visit } from './types.ts';

/** How the steps of a part stand in a journey: where their answers are kept, and when they are asked. */
export interface Embedding<A, C, PartA, PartC> {
  /** Comes before the last part of each step's address, so that two parts may have steps of one name. */
  readonly pathPrefix: string;
  readonly appliesWhen: (answers: A, context: C) => boolean;
  readonly read: (answers: A) => PartA;
  readonly write: (answers: A, part: PartA) => A;
  readonly context: (context: C) => PartC;
  /** Buttons of the journey that each page of the part has besides its own. */
  readonly actions?: AnyStep<A, C>['actions'];
  /** Asked before a step's own work and again in its transaction; an outcome takes the place of the step's. */
  readonly guard?: (deps: Deps, visit: Visit<A, C>) => Promise<Outcome<A> | undefined>;
}

/** Makes the steps of a part that knows nothing of the journey steps of the journey: the part's answers are within the journey's. */
export function embedSteps<A, C, PartA, PartC>(
  steps: readonly AnyStep<PartA, PartC>[],
  embedding: Embedding<A, C, PartA, PartC>,
): AnyStep<A, C>[] {
  return steps.map((step) => embedStep(step, embedding));
}

function embedStep<A, C, PartA, PartC>(
  step: AnyStep<PartA, PartC>,
  embedding: Embedding<A, C, PartA, PartC>,
): AnyStep<A, C> {
  const { pathPrefix, appliesWhen, read, write, context } = embedding;
  const { path, page, status, isFinal, secretFields, onEnter, show, values, actions } = step;
  const { takesFile, isCapture, resources } = step;
  const guarded = guardedBy(embedding);
  const inPart = (visit: Visit<A, C>): Visit<PartA, PartC> => ({
    ...visit,
    answers: read(visit.answers),
    context: context(visit.context),
  });
  return {
    path: `${pathPrefix}${path}`,
    page,
    ...(status === undefined ? {} : { status }),
    ...(isFinal === undefined ? {} : { isFinal }),
    ...(takesFile === undefined ? {} : { takesFile }),
    ...(isCapture === undefined ? {} : { isCapture }),
    ...(secretFields === undefined ? {} : { secretFields }),
    appliesWhen: (answers, of) =>
      appliesWhen(answers, of) && (step.appliesWhen?.(read(answers), context(of)) ?? true),
    isDone: (answers) => step.isDone(read(answers)),
    undo: (answers) => write(answers, step.undo(read(answers))),
    ...(onEnter === undefined
      ? {}
      : {
          onEnter: async (deps, visit) =>
            enteredIn(embedding, visit.answers, await onEnter(deps, inPart(visit))),
        }),
    ...(show === undefined ? {} : { show: (deps, visit) => show(deps, inPart(visit)) }),
    ...(values === undefined ? {} : { values: (answers, of) => values(read(answers), context(of)) }),
    worksBefore: step.worksBefore || embedding.guard !== undefined,
    prepare: async (house, visit, fields, file) => {
      const stopped = await embedding.guard?.(house.deps, visit);
      if (stopped !== undefined) return { outcome: 'ready', submit: () => Promise.resolve(stopped) };
      const prepared = await step.prepare(house, inPart(visit), fields, file);
      if (prepared.outcome === 'invalid') return prepared;
      return {
        ...prepared,
        submit: guarded(async (deps, locked) =>
          outcomeIn(embedding, locked.answers, await prepared.submit(deps, inPart(locked))),
        ),
      };
    },
    ...(resources === undefined ? {} : { resources: embedResources(resources, embedding, inPart) }),
    actions: {
      ...embedding.actions,
      ...Object.fromEntries(
        Object.entries(actions ?? {}).map(([name, act]) => [
          name,
          guarded(async (deps, visit) => outcomeIn(embedding, visit.answers, await act(deps, inPart(visit)))),
        ]),
      ),
    },
  };
}

type Resources<A, C> = NonNullable<AnyStep<A, C>['resources']>;

/** What a page fetches is there as long as the page is. */
function embedResources<A, C, PartA, PartC>(
  resources: Resources<PartA, PartC>,
  { guard }: Embedding<A, C, PartA, PartC>,
  inPart: (visit: Visit<A, C>) => Visit<PartA, PartC>,
): Resources<A, C> {
  return Object.fromEntries(
    Object.entries(resources).map(([name, fetch]): [string, Resources<A, C>[string]] => [
      name,
      async (house, visit) =>
        (await guard?.(house.deps, visit)) === undefined ? fetch(house, inPart(visit)) : undefined,
    ]),
  );
}

type Act<A, C> = (deps: Deps, visit: Visit<A, C>) => Promise<Outcome<A>>;

function guardedBy<A, C, PartA, PartC>({ guard }: Embedding<A, C, PartA, PartC>) {
  return (act: Act<A, C>): Act<A, C> =>
    async (deps, visit) =>
      (await guard?.(deps, visit)) ?? act(deps, visit);
}

type Writing<A, C, PartA, PartC> = Pick<Embedding<A, C, PartA, PartC>, 'write'>;

function outcomeIn<A, C, PartA, PartC>(
  { write }: Writing<A, C, PartA, PartC>,
  answers: A,
  outcome: Outcome<PartA>,
): Outcome<A> {
  return outcome.outcome === 'answered' || outcome.outcome === 'stayed'
    ? { ...outcome, answers: write(answers, outcome.answers) }
    : outcome;
}

function enteredIn<A, C, PartA, PartC>(
  { write }: Writing<A, C, PartA, PartC>,
  answers: A,
  entered: Entered<PartA>,
): Entered<A> {
  return entered.outcome === 'entered' ? { ...entered, answers: write(answers, entered.answers) } : entered;
}
