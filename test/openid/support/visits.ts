import type { Account } from '#accounts';
import type { SignInRequest } from '#openid';
import type { TestBrowser } from './browser.ts';
import { codeIn, goToEntry, openBrowser, readArrival, signIn } from './people.ts';
import type { TestProvider } from './provider.ts';
import { authorizeAddress, exchange, type Parameters, type TestService } from './service.ts';
import { payloadOf } from './tokens.ts';

/** What one service asks of people's browsers. */
export interface Visits {
  /** Asks without letting a page be shown. @returns `code`, or the error that the service is sent */
  askSilently(browser: TestBrowser, changes?: Parameters, asking?: TestService): Promise<string>;
  /** Asks, and waits for the person. */
  ask(browser: TestBrowser, changes?: Parameters, asking?: TestService): Promise<SignInRequest>;
  /** @returns a browser in which somebody has signed in and agreed */
  signedIn(account: Account, changes?: Parameters): Promise<TestBrowser>;
  /** @returns what the ID token says that a code is exchanged for */
  idTokenAt(back: URL): Promise<Record<string, unknown>>;
}

export function visitsOf(provider: TestProvider, service: TestService): Visits {
  return {
    askSilently: async (browser, changes = {}, asking = service) => {
      const arrival = await goToEntry(browser, authorizeAddress(asking, { prompt: 'none', ...changes }));
      const { searchParams } = arrival.address;
      return searchParams.has('code') ? 'code' : (searchParams.get('error') ?? arrival.address.href);
    },
    ask: async (browser, changes = {}, asking = service) =>
      readArrival(provider, await goToEntry(browser, authorizeAddress(asking, changes))),
    signedIn: async (account, changes = {}) => {
      const browser = openBrowser(provider);
      codeIn(await signIn(provider, service, { accountId: account.id, browser }, changes));
      return browser;
    },
    idTokenAt: async (back) => {
      const { body } = await exchange(provider, service, codeIn(back));
      return payloadOf(body['id_token']);
    },
  };
}
