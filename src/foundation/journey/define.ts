import type { z } from 'zod';
import type { AnyStep, FieldErrors, Step } from './types.ts';

/** Fixes the types of a journey's steps: `const step = stepsOf<Answers, Context>()`. */
export function stepsOf<A, C>() {
  return <F extends z.ZodType, B = undefined, H = undefined>(
    definition: Step<A, C, F, B, H>,
  ): AnyStep<A, C> => {
    const { form, before, ahead, submit, ...rest } = definition;
    return {
      ...rest,
      worksBefore: before !== undefined || rest.takesFile !== undefined,
      prepare: async (house, visit, fields, file) => {
        const input = form.safeParse(fields);
        if (!input.success) return { outcome: 'invalid', errors: firstIssues(input.error) };
        // A step without `before` has B = undefined, and one without `ahead` H.
        const prepared = (await before?.(house, visit, input.data, file)) as B;
        let found: H | undefined;
        return {
          outcome: 'ready',
          ...(ahead === undefined
            ? {}
            : {
                ahead: async (deps) => {
                  found = await ahead(deps, prepared);
                },
              }),
          submit: (deps, locked) => submit(deps, locked, input.data, prepared, found as H),
        };
      },
    };
  };
}

function firstIssues(error: z.ZodError): FieldErrors {
  const errors: Record<string, string> = {};
  for (const issue of error.issues) errors[String(issue.path[0] ?? '')] ??= issue.message;
  return errors;
}
