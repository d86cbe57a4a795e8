import { createPrivateKey, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import type { TestRegister } from './register.ts';

/** An answer of the register, with its code if it is an `OperationOutcome`. */
export interface Asked {
  readonly status: number;
  readonly headers: Headers;
  readonly code: string | undefined;
  readonly body: ReturnType<typeof JSON.parse>;
}

/** What is different in an assertion from one that is right. */
export interface AssertionChanges {
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
  /** A key in PEM. */
  readonly key?: string;
  readonly now?: Date;
}

const typeOfAssertion = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Signs an assertion as an application does that may ask the register. */
export async function signAssertion(
  { environment, tokenUrl }: TestRegister,
  { header, claims, key, now = new Date() }: AssertionChanges = {},
): Promise<string> {
  const {
    BEVAN_PDS_API_KEY: apiKey = '',
    BEVAN_PDS_KEY_ID: kid = '',
    BEVAN_PDS_PRIVATE_KEY: own = '',
  } = environment;
  const seconds = Math.floor(now.getTime() / 1000);
  const payload = {
    iss: apiKey,
    sub: apiKey,
    aud: tokenUrl,
    jti: randomUUID(),
    exp: seconds + 300,
    ...claims,
  };
  return new SignJWT(payload)
    .setProtectedHeader({ alg: 'RS512', typ: 'JWT', kid, ...header })
    .sign(createPrivateKey(key ?? own));
}

/** Sends a form to the token endpoint. */
export async function askToken(
  register: TestRegister,
  form: Readonly<Record<string, string>>,
): Promise<Asked> {
  const answer = await fetch(register.tokenUrl, { method: 'POST', body: new URLSearchParams(form) });
  return readAnswer(answer);
}

/** The form of an application that asks for itself. */
export async function applicationForm(register: TestRegister, changes: AssertionChanges = {}) {
  return {
    grant_type: 'client_credentials',
    client_assertion_type: typeOfAssertion,
    client_assertion: await signAssertion(register, changes),
  };
}

/** @returns an access token of the application */
export async function fetchToken(register: TestRegister, changes: AssertionChanges = {}): Promise<string> {
  const { body } = await askToken(register, await applicationForm(register, changes));
  return String(body.access_token);
}

/** Asks the register's FHIR interface. @param path below its base */
export async function askRegister(
  { url }: TestRegister,
  path: string,
  headers: Readonly<Record<string, string>>,
  more: { method?: string; body?: string } = {},
): Promise<Asked> {
  const given: Record<string, string> = { 'X-Request-ID': randomUUID(), ...headers };
  const sent = Object.entries(given).filter(([, value]) => value !== '');
  return readAnswer(await fetch(`${url}/${path}`, { ...more, headers: Object.fromEntries(sent) }));
}

async function readAnswer(answer: Response): Promise<Asked> {
  const body = JSON.parse(await answer.text());
  const code: unknown = body.issue?.[0]?.details?.coding?.[0]?.code;
  return {
    status: answer.status,
    headers: answer.headers,
    body,
    code: typeof code === 'string' ? code : undefined,
  };
}
