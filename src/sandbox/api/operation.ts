import { z } from 'zod';

/** What an operation answers. */
export interface Reply {
  readonly status: number;
  /** JSON; nothing when left out. */
  readonly body?: unknown;
}

/** What an operation may answer with, for its description. */
export interface Answer {
  readonly description: string;
  readonly schema?: z.ZodType;
}

/** What an operation takes; a part that is left out is not looked at. */
type Input = { readonly params?: z.ZodType; readonly query?: z.ZodType; readonly body?: z.ZodType };

interface Description {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below `/sandbox/api`, with parameters in braces. */
  readonly path: string;
  readonly summary: string;
  readonly answers: Readonly<Record<number, Answer>>;
  /** The error code for a body that does not fit; `invalid_request` when left out. */
  readonly bodyError?: string;
}

/** An operation as it is mounted and described. */
export interface Operation extends Description {
  readonly input: Input;
  readonly run: (call: { params: unknown; query: unknown; body: unknown }) => Promise<Reply>;
}

/** A call that was refused: a code for programs, a sentence for people. */
export function refusal(
  status: number,
  error: string,
  description: string,
  more: Readonly<Record<string, unknown>> = {},
): Reply {
  return { status, body: { error, error_description: description, ...more } };
}

/** A call that does not fit, with a message for each member. */
export function malformed(error: string, problems: z.ZodError, depth: number): Reply {
  const listed = problems.issues.map((issue) => ({
    field: issue.path.slice(depth).join('.'),
    message: issue.message,
  }));
  const [first] = listed;
  const description =
    first === undefined ? 'The call does not fit.' : `${first.field} ${first.message}`.trim();
  return refusal(400, error, description, { problems: listed });
}

/** Declares an operation; what it takes is checked before it is handled. */
export function operation<S extends Input>(
  shape: Description & {
    readonly input: S;
    readonly handle: (call: z.output<z.ZodObject<S>>) => Promise<Reply>;
  },
): Operation {
  const { handle, ...described } = shape;
  const schema = z.object(shape.input);
  return {
    ...described,
    run: async (call) => {
      const read = schema.safeParse(call);
      if (read.success) return handle(read.data);
      const isBody = read.error.issues.every((issue) => issue.path[0] === 'body');
      return malformed((isBody ? shape.bodyError : undefined) ?? 'invalid_request', read.error, 1);
    },
  };
}

/** What `run` gets from a call that refuses; for the description. */
export const refusalSchema = z.object({
  error: z.string(),
  error_description: z.string(),
  problems: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
});
