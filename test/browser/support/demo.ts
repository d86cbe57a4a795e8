import { once } from 'node:events';
import { createDemo } from '../../../demo/server.ts';
import { readDemoSettings } from '../../../demo/settings.ts';
import { sandboxPassword } from '#sandbox';
import type { TestSandbox } from '../../support/sandbox.ts';
import type { Device, Tab } from './device.ts';

/** The demo connected service beside a sandbox. */
export interface Demo {
  /** Signs in there, and refuses to share. */
  tour(parts: { device: Device; look: (tab: Tab, state: string) => Promise<void> }): Promise<void>;
  close(): Promise<void>;
}

export async function startDemo({ origin, demoOrigin, demoClient }: TestSandbox): Promise<Demo> {
  const server = createDemo(
    readDemoSettings({
      DEMO_ISSUER: origin,
      DEMO_PORT: new URL(demoOrigin).port,
      DEMO_CLIENT_ID: demoClient.clientId,
      DEMO_PRIVATE_KEY_FILE: demoClient.privateKeyFile,
    }),
  );
  server.listen(Number(new URL(demoOrigin).port), '127.0.0.1');
  await once(server, 'listening');
  return {
    tour: async ({ device, look }) => {
      const tab = await device.openTab();
      await tab.open(`${demoOrigin}/`);
      await look(tab, 'not signed in');
      await tab.press('About this service');
      await look(tab, 'about');
      await tab.open(`${demoOrigin}/`);
      await tab.choose('vector', 'P0.Cp');
      await tab.press('Continue with Bevan login');
      await tab.answerWith('choice', 'sign-in');
      await tab.answer({ email: 'p0@people.example' });
      await tab.answer({ password: sandboxPassword });
      await tab.act('decline');
      await tab.answerWith('choice', 'carry-on');
      await look(tab, 'not shared');
      await tab.press('Go back and choose again');
      await tab.choose('vector', 'P0.Cp');
      await tab.press('Continue with Bevan login');
      await tab.answer();
      await look(tab, 'signed in');
      await tab.press('Refresh the access token');
      await look(tab, 'refreshed');
      await tab.open(`${demoOrigin}/callback?state=unknown`);
      await look(tab, 'a problem');
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
