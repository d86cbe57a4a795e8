import {
  createAccount,
  requestPasswordReset,
  resetPassword,
  setPhone,
  startAccountsWork,
  type Account,
} from '#accounts';
import type { Nation } from '#foundation/identifiers';
import type { AuthenticationFactor } from '#identity';
import { finishConsent, finishSignIn, readSignInRequest, type SignInRequest } from '#openid';
import { openInbox } from '../../support/inbox.ts';
import { TestBrowser, type Arrival } from './browser.ts';
import { entryAddress, type TestProvider } from './provider.ts';
import { authorizeAddress, type Parameters, type TestService } from './service.ts';

let people = 0;

/** Makes somebody with a login. */
export async function createPerson(
  { house }: TestProvider,
  person: { nation?: Nation; phone?: string | null } = {},
): Promise<Account> {
  people += 1;
  const { nation = 'england', phone = '+447700900123' } = person;
  const email = `person-${people}@example.org`;
  return house.transact(async (deps) => {
    const made = await createAccount(deps, { email, passwordHash: 'no password', nation, language: 'en' });
    if (made.outcome !== 'created') throw new Error('the address is taken');
    if (phone !== null) await setPhone(deps, { accountId: made.account.id, phone });
    return { ...made.account, phone };
  });
}

export function openBrowser(...providers: readonly [TestProvider, ...TestProvider[]]): TestBrowser {
  return new TestBrowser(
    providers[0].issuer,
    providers.map((provider) => provider.fetch),
  );
}

/** Sends a browser to an address of the provider's, up to where a journey would begin. */
export function goToEntry(browser: TestBrowser, address: string): Promise<Arrival> {
  return browser.go(address, (url) => url.pathname === entryAddress);
}

/** @returns what the journeys would be told about the request that a browser arrived with */
export async function readArrival({ house }: TestProvider, arrival: Arrival): Promise<SignInRequest> {
  const uid = arrival.address.pathname === entryAddress ? arrival.address.searchParams.get('request') : null;
  const request = uid === null ? undefined : await readSignInRequest(house.deps, uid);
  if (request === undefined)
    throw new Error(`no request waits at ${arrival.address.href}: ${arrival.status} ${arrival.body}`);
  return request;
}

/** Ends a journey as a person who proved some factors would. */
export async function proveFactors(
  { house }: TestProvider,
  request: SignInRequest,
  proven: { accountId: string; factors?: readonly AuthenticationFactor[] },
): Promise<string> {
  const { accountId, factors = ['Cp'] } = proven;
  const { address } = await house.transact((deps) =>
    finishSignIn(deps, { uid: request.uid, accountId, factors }),
  );
  return address;
}

/** Agrees to everything that is asked for. */
export async function agreeToShare({ house }: TestProvider, request: SignInRequest): Promise<string> {
  const accountId = request.session?.accountId ?? '';
  return house.transact(async (deps) => {
    const { uid, newScopes: scopes, level } = request;
    const { address } = await finishConsent(deps, { uid, accountId, scopes, level });
    return address;
  });
}

/** Goes all the way from a service's request back to the service, proving what is missing and agreeing to share. */
export async function signIn(
  provider: TestProvider,
  service: TestService,
  person: { accountId: string; browser?: TestBrowser; factors?: readonly AuthenticationFactor[] },
  changes: Parameters = {},
): Promise<URL> {
  const { accountId, browser = openBrowser(provider) } = person;
  let arrival = await goToEntry(browser, authorizeAddress(service, changes));
  for (let prompts = 0; prompts < 4 && arrival.address.pathname === entryAddress; prompts += 1) {
    const request = await readArrival(provider, arrival);
    const factors = person.factors ?? ['Cp', ...request.missing];
    const address =
      request.prompt === 'login'
        ? await proveFactors(provider, request, { accountId, factors })
        : await agreeToShare(provider, request);
    arrival = await goToEntry(browser, address);
  }
  return arrival.address;
}

/** @returns the code that a service was sent */
export function codeIn(address: URL): string {
  const code = address.searchParams.get('code');
  if (code === null) throw new Error(`there is no code in ${address.href}`);
  return code;
}

/** Lets people of the provider's forget their passwords. @returns what gives one of them a new one */
export async function openPasswordResets(
  provider: TestProvider,
): Promise<(account: Account) => Promise<void>> {
  const { house, jobs } = provider;
  await startAccountsWork(house, jobs);
  const inbox = await openInbox(provider);
  return async ({ email }) => {
    const linkTo = (token: string) => `https://login.example/reset/${token}`;
    await house.transact((deps) =>
      requestPasswordReset(deps, { email, language: 'en', remoteAddress: '192.0.2.1', linkTo }),
    );
    const { links } = await inbox.next(email);
    const token = links[0]?.split('/').at(-1) ?? '';
    const reset = await house.transact((deps) =>
      resetPassword(deps, { token, passwordHash: 'another hash' }),
    );
    if (reset.outcome !== 'changed') throw new Error(`the password was not changed: ${reset.outcome}`);
  };
}
