import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';

/** The fields of a posted form; a field sent twice keeps its first value. */
export type FormFields = Readonly<Record<string, string>>;

/** A body that can't be read as a form: damaged characters, or characters that no answer can hold. */
export class UnreadableForm extends Error {
  override readonly name = 'UnreadableForm';
  readonly statusCode = 400;
}

/** A body that came as a form, told from data that a program posts in another shape. */
class PostedForm {
  readonly fields: FormFields;

  constructor(fields: FormFields) {
    this.fields = fields;
  }
}

/** NUL and the replacement character that stands for bytes which are not UTF-8. */
export const damaged = /[\0\uFFFD]/u;

/** Reads posted forms: strictly UTF-8, refused otherwise. */
export function readForms(app: FastifyInstance): void {
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'buffer' },
    (_request, body, done) => {
      const bytes = typeof body === 'string' ? Buffer.from(body) : body;
      const fields = parseForm(bytes);
      if (fields === undefined) done(new UnreadableForm('the form is not UTF-8'), undefined);
      else done(null, new PostedForm(fields));
    },
  );
}

/** @returns undefined when the bytes are not a form in UTF-8 */
export function parseForm(bytes: Buffer): FormFields | undefined {
  if (!isUtf8(bytes)) return undefined;
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(bytes.toString('utf8'))) {
    if (damaged.test(name) || damaged.test(value)) return undefined;
    if (!fields.has(name)) fields.set(name, value);
  }
  return Object.fromEntries(fields);
}

/** @returns the posted fields; none when nothing was posted, or something else than a form */
export function formOf(request: { body: unknown }): FormFields {
  return request.body instanceof PostedForm ? request.body.fields : {};
}
