import assert from 'node:assert/strict';
import type { Language } from '#foundation/web';
import type { Account } from '#accounts';
import type { ClientRegistration } from '#partners';
import type { Browser } from 'playwright-core';
import { goodPassword, makeAccount } from '../../support/accounts.ts';
import type { TestApp } from '../../support/app.ts';
import type { RequestChanges, TestService } from '../../support/service.ts';
import { openDevice, type Device, type Habits, type Tab } from './device.ts';

/** Everybody walks every journey. */
export const readers: readonly { name: string; language: Language; javaScript: boolean }[] = [
  { name: 'in English', language: 'en', javaScript: true },
  { name: 'in Welsh', language: 'cy', javaScript: true },
  { name: 'without JavaScript', language: 'en', javaScript: false },
];

/** Somebody with a phone, and perhaps with a login. */
export interface Somebody {
  readonly email: string;
  readonly phone: string;
}

/** Somebody in front of a browser of their own, with a connected service to go to. */
export interface Scene {
  readonly app: TestApp;
  readonly service: TestService;
  readonly device: Device;
  readonly tab: Tab;
  readonly who: Somebody;
  /** Comes from the service. */
  ask(changes?: RequestChanges): Promise<void>;
  /** On the first page, goes to sign in, or to make a login. */
  goTo(journey: 'sign-in' | 'sign-up'): Promise<void>;
  /** Gives them a login, as signing up would have. */
  giveLogin(): Promise<Account>;
  /** Goes on from the first page with e-mail address and password. */
  signIn(password?: string): Promise<void>;
  /** Sees to it that they are back at the service. @returns the address they came back to */
  isBack(): URL;
  /** Takes another device, which they have not used here before. */
  openOtherDevice(): Promise<Device>;
  close(): Promise<void>;
}

const made = { people: 0 };

export async function openScene(
  { browser, app }: { browser: Browser; app: TestApp },
  habits: Habits = {},
  registration: Partial<ClientRegistration> = {},
): Promise<Scene> {
  made.people += 1;
  const who = {
    email: `person-${made.people}@example.org`,
    phone: `+447700900${String(200 + made.people)}`,
  };
  const service = await app.registerTestService(registration);
  const openOtherDevice = () => openDevice(browser, [app.origin, service.origin], habits);
  const device = await openOtherDevice();
  const tab = await device.openTab();
  const goTo = async (journey: 'sign-in' | 'sign-up') => {
    await tab.isAt('journeys/enter/choose');
    await tab.answerWith('choice', journey);
  };
  return {
    app,
    service,
    device,
    tab,
    who,
    goTo,
    ask: async (changes) => tab.open(await service.requestAddress(changes)),
    giveLogin: () => makeAccount(app.home, { ...who, language: device.language }),
    signIn: async (password = goodPassword) => {
      await goTo('sign-in');
      await tab.isAt('journeys/sign-in/enter-email');
      await tab.answer({ email: who.email });
      await tab.isAt('journeys/sign-in/enter-password');
      await tab.answer({ password });
    },
    isBack: () => {
      const address = tab.page.url();
      assert.ok(service.isArrival(address), `not back at the service, but at ${address}`);
      return new URL(address);
    },
    openOtherDevice,
    close: () => device.close(),
  };
}
