import {
  bringsUpload,
  FileTooBig,
  formOf,
  readUpload,
  type FormFields,
  type UploadedFile,
} from '#foundation/http';
import type { FastifyRequest } from 'fastify';
import type { AnyStep, FieldErrors } from './types.ts';

interface Invalid {
  readonly outcome: 'invalid';
  readonly errors: FieldErrors;
}

/** What was posted to a step, as far as its fields; a file is read when the step prepares. */
export interface Posted {
  readonly fields: FormFields;
  /** Lets the step read it. A file that is too big is told without asking it. */
  readonly prepare: <T>(
    work: (fields: FormFields, file: UploadedFile | undefined) => Promise<T | Invalid>,
  ) => Promise<T | Invalid>;
  /** Reads what is left, so that the browser listens to the answer. */
  readonly finish: () => Promise<void>;
}

/** Reads what was posted to a step: a form, or, where the step takes one, a form with a file. */
export async function readPosted<A, C>(
  request: FastifyRequest,
  { takesFile }: AnyStep<A, C>,
): Promise<Posted> {
  if (takesFile === undefined || !bringsUpload(request)) {
    const fields = formOf(request);
    return { fields, prepare: (work) => work(fields, undefined), finish: () => Promise.resolve() };
  }
  const { fields, file, isTooBig, finish } = await readUpload(request, takesFile);
  const tooBig: Invalid = { outcome: 'invalid', errors: { [takesFile.field]: 'too_big' } };
  return {
    fields,
    finish,
    prepare: async (work) => {
      if (isTooBig) return tooBig;
      try {
        return await work(fields, file);
      } catch (error) {
        if (error instanceof FileTooBig) return tooBig;
        throw error;
      }
    },
  };
}
