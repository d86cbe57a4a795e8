import assert from 'node:assert/strict';
import {
  addPasskey,
  addUafKey,
  checkAuthenticatorCode,
  checkPasskey,
  checkSecurityCode,
  checkUafResponse,
  connectApp,
  describeNewPasskey,
  describePasskeySignIn,
  describeUafAuthentication,
  describeUafRegistration,
  isDeviceRemembered,
  redeemRecoveryCode,
  rememberDevice,
  renewRecoveryCodes,
  requestEmailChange,
  requestReplacement,
  sendSecurityCode,
} from '#accounts';
import { codeNow, newAuthenticatorSecret } from '#foundation/authenticator';
import type { Deps } from '#foundation/deps';
import { makeAccount } from './accounts.ts';
import type { TestHouse } from './house.ts';
import type { TestInbox } from './inbox.ts';
import { SoftDevice, type Options } from './passkeys.ts';
import { UafApp } from './uaf-app.ts';

const day = 24 * 3600;
const remoteAddress = '192.0.2.7';

/** The service to which they sign in. */
export const clientId = 'demo';
/** The number that is about to take the place of theirs. */
export const waitingNumber = '+447700900999';

/** Somebody who has everything that signs in, and whose number and address are about to be other ones. */
export interface Owner {
  readonly accountId: string;
  readonly phone: string;
  readonly provenAt: Date;
  readonly device: SoftDevice;
  readonly passkeyId: string;
  readonly app: UafApp;
  readonly secret: string;
  readonly recoveryCode: string;
  readonly deviceToken: string;
  readonly stopNumber: string;
  readonly stopAddress: string;
}

/** Something that somebody shows before they are signed in. */
interface Use {
  /** What is there before: what a device answers, a code. */
  readonly prepare?: (owner: Owner) => Promise<string>;
  readonly by: (deps: Deps, owner: Owner, prepared: string) => Promise<unknown>;
  /** How it ends where nothing stands against it. */
  readonly outcome: unknown;
}

/** Makes people who have everything that signs in. */
export function openOwners(here: TestHouse, inbox: TestInbox) {
  const codeFor = ({ accountId, phone }: Pick<Owner, 'accountId' | 'phone'>) => {
    const to = { channel: 'sms', destination: phone, language: 'en', remoteAddress } as const;
    return { purpose: 'sign-in', boundTo: accountId, accountId, ...to } as const;
  };
  const asked = async () => (await describePasskeySignIn(here.house.deps, 'visit')) as Options;

  async function newPasskey(accountId: string, provenAt: Date) {
    const device = new SoftDevice(here.house.settings.issuer);
    const options = (await describeNewPasskey(here.house.deps, { accountId, boundTo: 'visit' })) as Options;
    const response = device.create(options);
    const add = async () => {
      const added = await here.house.transact((deps) =>
        addPasskey(deps, { accountId, boundTo: 'visit', provenAt, response, name: 'Phone' }),
      );
      assert.ok(added.outcome === 'added', added.outcome);
      return added.passkeyId;
    };
    return { device, add };
  }

  let made = 0;
  async function somebody(): Promise<Owner> {
    made += 1;
    const { house, clock } = here;
    const phone = `+447700900${String(made).padStart(3, '0')}`;
    const { id: accountId } = await makeAccount(here, { email: `at.once.${made}@people.example`, phone });
    const tokens: string[] = [];
    const keep = (token: string) => `https://login.example/stop/${tokens.push(token)}`;
    const beganAt = clock.now();
    await house.transact(async (deps) => {
      const number = { kind: 'mobile', number: waitingNumber, lost: ['app', 'passkey', 'mobile'] } as const;
      const owner = { accountId, provenAt: beganAt, language: 'en', linkTo: keep } as const;
      await requestReplacement(deps, { ...owner, ...number, by: 'email-code' });
      await requestEmailChange(deps, { ...owner, email: `new.at.once.${made}@people.example` });
    });
    clock.advance(day - 60);
    const provenAt = clock.now();
    const { device, add } = await newPasskey(accountId, provenAt);
    const passkeyId = await add();
    const app = new UafApp();
    const secret = newAuthenticatorSecret();
    const message = app.register(describeUafRegistration(house.deps, { accountId, clientId, provenAt }));
    const sent = await house.transact(async (deps) => {
      const appIdsOf = () => Promise.resolve([]);
      assert.equal(
        (await addUafKey(deps, { message: JSON.stringify([message]), appIdsOf })).outcome,
        'added',
      );
      await connectApp(deps, { accountId, provenAt, secret, code: codeNow(deps, secret) });
      const codes = await renewRecoveryCodes(deps, { accountId, provenAt });
      const { deviceToken } = await rememberDevice(deps, { accountId });
      assert.ok(codes.outcome === 'made');
      return { recoveryCode: codes.codes[0] ?? '', deviceToken };
    });
    clock.advance(30);
    const [stopNumber = '', stopAddress = ''] = tokens;
    const keys = { device, passkeyId, app, secret, stopNumber, stopAddress };
    return { accountId, phone, provenAt, ...keys, ...sent };
  }

  async function sentCode(owner: Owner): Promise<string> {
    const sent = await here.house.transact((deps) => sendSecurityCode(deps, codeFor(owner)));
    let code: string | undefined;
    while (code === undefined) ({ code } = await inbox.next(owner.phone));
    return `${code} ${sent.outcome === 'sent' ? sent.codeId : ''}`;
  }

  /** What somebody shows before they are signed in, with how it ends. */
  const uses: Record<string, Use> = {
    'a passkey': {
      prepare: async ({ device }) => device.use(await asked()),
      by: async (deps, _owner, response) =>
        (await checkPasskey(deps, { response, boundTo: 'visit' })).outcome,
      outcome: 'match',
    },
    'the key of an app': {
      prepare: ({ app }) => Promise.resolve(app.authenticate(describeUafAuthentication(here.house.deps))),
      by: async (deps, _owner, response) =>
        (await checkUafResponse(deps, { response, clientId, appIds: [] })).outcome,
      outcome: 'match',
    },
    'a code of an app': {
      by: async (deps, { accountId, secret }) =>
        (await checkAuthenticatorCode(deps, { accountId, code: codeNow(deps, secret), remoteAddress }))
          .outcome,
      outcome: 'match',
    },
    'a code by text message': {
      prepare: sentCode,
      by: async (deps, { accountId }, sent) => {
        const [code = '', codeId = ''] = sent.split(' ');
        const typed = { codeId, code, purpose: 'sign-in', boundTo: accountId, remoteAddress } as const;
        return (await checkSecurityCode(deps, typed)).outcome;
      },
      outcome: 'match',
    },
    'a recovery code': {
      by: async (deps, { accountId, recoveryCode: code }) =>
        (await redeemRecoveryCode(deps, { accountId, code, remoteAddress })).outcome,
      outcome: 'match',
    },
    'a remembered device': {
      by: (deps, { accountId, deviceToken }) => isDeviceRemembered(deps, { accountId, deviceToken }),
      outcome: true,
    },
    'a device to remember': {
      by: async (deps, { accountId, deviceToken }) =>
        typeof (await rememberDevice(deps, { accountId, deviceToken })).deviceToken,
      outcome: 'string',
    },
    'another code': {
      by: async (deps, owner) => (await sendSecurityCode(deps, codeFor(owner))).outcome,
      outcome: 'sent',
    },
  };
  return { somebody, newPasskey, uses, asked };
}
