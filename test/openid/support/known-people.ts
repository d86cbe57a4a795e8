import type { Account } from '#accounts';
import type { NhsNumber } from '#foundation/identifiers';
import type { SignInRequest } from '#openid';
import { makeKnown } from '../../support/identities.ts';
import { prepareTestRegister, type TestPatient, type TestRegister } from '../../support/register.ts';
import type { TestBrowser } from './browser.ts';
import {
  agreeToShare,
  codeIn,
  createPerson,
  goToEntry,
  openBrowser,
  proveFactors,
  readArrival,
} from './people.ts';
import { entryAddress, startProvider, type TestProvider } from './provider.ts';
import { authorizeAddress, exchange, type Parameters, type TestService } from './service.ts';
import { payloadOf } from './tokens.ts';

/** What the tests' services ask for that rests on the register, and what else. */
export const everything = {
  scope: 'openid profile profile_extended gp_registration_details phone',
  vtr: '["P5.Cp"]',
};

/** An OpenID Provider that asks a simulated register. */
export interface ProviderWithRegister extends TestProvider {
  readonly register: TestRegister;
}

export async function startProviderWithRegister(
  environment: Readonly<Record<string, string>> = {},
): Promise<ProviderWithRegister> {
  const prepared = await prepareTestRegister();
  const provider = await startProvider({ environment: { ...prepared.environment, ...environment } });
  const register = await prepared.start(provider);
  return {
    ...provider,
    register,
    close: async () => {
      await register.close();
      await provider.close();
    },
  };
}

/** Somebody who is known, with their entry in the register. */
export interface KnownPerson {
  readonly account: Account;
  readonly nhsNumber: NhsNumber;
}

/** What the register says of whoever `makeKnown` makes known. */
export const grace = {
  familyName: 'Hopper',
  givenNames: ['Grace'],
  birthdate: '1986-12-09',
  gpOdsCode: 'Z99001',
  postcode: null,
} as const;

export async function createKnownPerson(
  provider: ProviderWithRegister,
  known: { level?: 'P5' | 'P9'; withGpCredentials?: boolean; phoneMatched?: boolean } = {},
): Promise<KnownPerson> {
  const account = await createPerson(provider);
  const nhsNumber = await makeKnown(provider, { accountId: account.id, level: 'P5', ...known });
  await provider.register.addPatient({ ...grace, nhsNumber });
  return { account, nhsNumber };
}

/** Changes what the register says of somebody. */
export async function changeEntry(
  { register }: ProviderWithRegister,
  { nhsNumber }: KnownPerson,
  changes: TestPatient,
): Promise<void> {
  await register.addPatient({ ...grace, nhsNumber, ...changes });
}

/** Where somebody got who signed in: back at the service, or before a page. */
export type Landing = { readonly back: URL; readonly prompt?: never } | SignInRequest;

/** Signs somebody in with a password, agrees to what is asked, and stops where anything else is in the way. */
export async function signInAs(
  provider: TestProvider,
  service: TestService,
  person: { accountId: string; browser?: TestBrowser },
  changes: Parameters = everything,
): Promise<Landing> {
  const { accountId, browser = openBrowser(provider) } = person;
  let arrival = await goToEntry(browser, authorizeAddress(service, changes));
  while (arrival.address.pathname === entryAddress) {
    const request = await readArrival(provider, arrival);
    if (request.prompt !== 'login' && request.prompt !== 'consent') return request;
    const address =
      request.prompt === 'login'
        ? await proveFactors(provider, request, { accountId, factors: ['Cp'] })
        : await agreeToShare(provider, request);
    arrival = await goToEntry(browser, address);
  }
  return { back: arrival.address };
}

/** @returns the address that somebody came back to the service with, where nothing was in the way */
export function backOf(landing: Landing): URL {
  if ('back' in landing) return landing.back;
  throw new Error(`the prompt ${landing.prompt} was in the way`);
}

/** What a service is told of somebody who came back to it. */
export interface Told {
  readonly idToken: Readonly<Record<string, unknown>>;
  readonly accessToken: Readonly<Record<string, unknown>>;
  readonly userinfo: Readonly<Record<string, unknown>>;
  /** The tokens themselves. */
  readonly tokens: { readonly access: string; readonly refresh: string };
}

export async function tellService(provider: TestProvider, service: TestService, back: URL): Promise<Told> {
  const { body } = await exchange(provider, service, codeIn(back));
  const access = String(body['access_token']);
  const { body: userinfo } = await askUserinfo(provider, access);
  return {
    idToken: payloadOf(body['id_token']),
    accessToken: payloadOf(access),
    userinfo,
    tokens: { access, refresh: String(body['refresh_token']) },
  };
}

export async function askUserinfo(
  provider: TestProvider,
  accessToken: string,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await provider.fetch('/userinfo', { headers: { authorization: `Bearer ${accessToken}` } });
  const body: unknown = await response.json();
  return { status: response.status, body: body as Record<string, unknown> };
}
