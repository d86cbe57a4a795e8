import { isUtf8 } from 'node:buffer';
import { errors } from 'oidc-provider';

/** The parameters of a token request; one that is empty counts as not sent. @see RFC 6749 §3.2 */
export type TokenParameters = ReadonlyMap<string, string>;

const formType = 'application/x-www-form-urlencoded';
/** NUL, and the character that stands for bytes which are not UTF-8. */
const isDamaged = (value: string): boolean => value.includes('\0') || value.includes('\uFFFD');

/**
 * Reads a token request.
 *
 * @throws {errors.InvalidRequest} not a form, not UTF-8, or a parameter is sent twice
 */
export function readTokenForm(contentType: string | undefined, body: Buffer): TokenParameters {
  if (contentType?.split(';', 1)[0]?.trim().toLowerCase() !== formType) {
    throw new errors.InvalidRequest(`the body must be ${formType}`);
  }
  if (!isUtf8(body)) throw new errors.InvalidRequest('the form is not UTF-8');
  const params = new Map<string, string>();
  // One question mark ahead is not a part of what is read.
  const sent = new URLSearchParams(`?${body.toString('utf8')}`);
  for (const [name, value] of sent) {
    if (params.has(name)) throw new errors.InvalidRequest('a parameter must not be sent twice');
    if (isDamaged(value)) throw new errors.InvalidRequest('the form is not UTF-8');
    params.set(name, value);
  }
  for (const [name, value] of params) if (value === '') params.delete(name);
  return params;
}

/**
 * @returns a parameter that has to be there
 * @throws {errors.InvalidRequest}
 */
export function requireParameter(params: TokenParameters, name: string): string {
  const value = params.get(name);
  if (value === undefined) throw new errors.InvalidRequest(`missing required parameter ${name}`);
  return value;
}
