import type { CDPSession } from 'playwright-core';
import type { Tab } from './device.ts';

/** What a device with a screen lock does in one tab, as Chromium stands in for it. */
export class VirtualDevice {
  readonly #session: CDPSession;
  readonly #id: string;

  private constructor(session: CDPSession, id: string) {
    this.#session = session;
    this.#id = id;
  }

  /** Gives a tab such a device, unlocked, and touched whenever that is asked for. */
  static async for(tab: Tab): Promise<VirtualDevice> {
    const session = await tab.page.context().newCDPSession(tab.page);
    await session.send('WebAuthn.enable', { enableUI: false });
    const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        ctap2Version: 'ctap2_1',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    return new VirtualDevice(session, authenticatorId);
  }

  /** Whether its owner can unlock it. */
  async setUnlockable(isUserVerified: boolean): Promise<void> {
    await this.#session.send('WebAuthn.setUserVerified', { authenticatorId: this.#id, isUserVerified });
  }

  /** @returns the passkeys that it keeps, as they are now */
  async keep() {
    const asked = { authenticatorId: this.#id };
    return (await this.#session.send('WebAuthn.getCredentials', asked)).credentials;
  }

  /** Has it keep what it, or another one, has kept. */
  async putBack(credentials: Awaited<ReturnType<VirtualDevice['keep']>>): Promise<void> {
    const authenticatorId = this.#id;
    await this.#session.send('WebAuthn.clearCredentials', { authenticatorId });
    for (const credential of credentials)
      await this.#session.send('WebAuthn.addCredential', { authenticatorId, credential });
  }
}
