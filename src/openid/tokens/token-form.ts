import { isUtf8 } from 'node:buffer';
import { parse } from 'node:querystring';
import { errors } from 'oidc-provider';

/** The parameters of a token request; one that is empty counts as not sent. @see RFC 6749 §3.2 */
export type TokenParameters = ReadonlyMap<string, string>;

const formType = 'application/x-www-form-urlencoded';
/** NUL, and the character that stands for bytes which are not UTF-8. */
const damaged = /[\0\uFFFD]/u;

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
  for (const [name, value] of Object.entries(parse(body.toString('utf8')))) {
    if (typeof value !== 'string') throw new errors.InvalidRequest('a parameter must not be sent twice');
    if (damaged.test(value)) throw new errors.InvalidRequest('the form is not UTF-8');
    if (value !== '') params.set(name, value);
  }
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
