import { forgetDevice, listRememberedDevices } from '#accounts';
import { stepsOf } from '#foundation/journey';
import { longDate } from '#foundation/web';
import { z } from 'zod';
import { deviceCookie } from '../../device-cookie.ts';
import { dayOf, momentOf } from '../moment.ts';
import { settingsJourney, type SettingsContext, type SettingsPart } from '../part.ts';

const answers = z.object({ done: z.enum(['forgotten', 'all']).optional() });
type Answers = z.output<typeof answers>;

const all = 'all';

const chooseDevice = stepsOf<Answers, SettingsContext>()({
  path: 'device',
  page: 'journeys/settings/devices',
  isDone: (given) => given.done !== undefined,
  undo: () => ({}),
  isFinal: true,
  show: async (deps, { context: { accountId }, browser }) => {
    const deviceToken = browser.readCookie(deviceCookie);
    const devices = await listRememberedDevices(deps, { accountId, deviceToken });
    const { language } = browser;
    return {
      devices: devices.map(({ lastUsedAt, rememberedAt, ...device }) => ({
        ...device,
        lastUsed: momentOf(lastUsedAt, language),
        ...(rememberedAt === undefined ? {} : { remembered: longDate(dayOf(rememberedAt), language) }),
      })),
    };
  },
  form: z.object({ device: z.string('missing').max(50, 'gone') }),
  submit: async (deps, { context: { accountId } }, { device }) => {
    const { outcome } = await forgetDevice(deps, {
      accountId,
      ...(device === all ? {} : { id: device }),
    });
    if (outcome === 'unknown') return { outcome: 'invalid', errors: { device: 'gone' } };
    return { outcome: 'answered', answers: { done: device === all ? 'all' : 'forgotten' } };
  },
});

/** Browsers that need no security code. Having one removed costs nobody more than a code. */
export const devices: SettingsPart = {
  id: 'devices',
  section: 'signing-in',
  isSensitive: false,
  row: async (deps, { person }) => {
    const found = await listRememberedDevices(deps, {
      accountId: person.account.id,
      deviceToken: undefined,
    });
    return found.length === 0 ? { words: 'none' } : { words: 'count', values: { count: found.length } };
  },
  done: ['forgotten', 'all'],
  leadsTo: settingsJourney('devices', {
    id: 'remembered-devices',
    answers,
    steps: [chooseDevice],
    done: ({ done }) => done ?? 'forgotten',
  }),
};
