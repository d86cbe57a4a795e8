import { SettingsFault, type Environment, type Settings } from '#foundation/settings';
import { loadPlugs } from '#foundation/socket';
import { channels, senderManifest, type Channel, type Sender, type SenderPlug } from './sender.ts';

/** The senders that the settings choose, one for each channel; calls are made only where there is one for them. */
export interface Senders extends Readonly<Record<'email' | 'sms', Sender>> {
  readonly voice?: Sender | undefined;
}

/** @returns whether there is a way to call people, for those who have no mobile phone */
export function canCall({ mode, voiceSender }: Pick<Settings, 'mode' | 'voiceSender'>): boolean {
  return mode === 'sandbox' || voiceSender !== undefined;
}

/** @returns every sender that there is a folder for, with its manifest */
export function loadSenderPlugs(): Promise<SenderPlug[]> {
  return loadPlugs(import.meta.dirname, senderManifest);
}

/**
 * Makes the senders that the settings choose. Close them with {@link closeSenders}.
 *
 * @param environment where the senders' own settings are; `process.env` when left out
 * @throws {SettingsFault} with a line for each chosen sender that doesn't exist, doesn't serve its channel, only
 *   simulates although this is production, and for each setting of its own that is missing or malformed
 */
export async function loadSenders(settings: Settings, environment?: Environment): Promise<Senders> {
  const plugs = await loadSenderPlugs();
  const problems: string[] = [];
  const collect = <T>(make: () => T): T | undefined => {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof SettingsFault)) throw error;
      problems.push(...error.problems);
      return undefined;
    }
  };
  const wanted = channels.filter((channel) => channel !== 'voice' || canCall(settings));
  const chosen = wanted.map((channel) => collect(() => choosePlug(plugs, channel, settings)));
  const senders = new Map<SenderPlug, Sender | undefined>();
  for (const plug of new Set(chosen.filter((choice) => choice !== undefined))) {
    const chosenFor = wanted.filter((_, index) => chosen[index] === plug);
    const start = { mode: settings.mode, environment, channels: chosenFor };
    senders.set(
      plug,
      collect(() => plug.createSender(start)),
    );
  }
  const [email, sms, voice] = chosen.map((plug) => (plug === undefined ? undefined : senders.get(plug)));
  if (email !== undefined && sms !== undefined && problems.length === 0) return { email, sms, voice };
  closeAll(senders.values());
  throw new SettingsFault(problems);
}

/** Lets go of the senders' connections, when no message will be sent any more. */
export function closeSenders(senders: Senders): void {
  closeAll(Object.values(senders));
}

function closeAll(senders: Iterable<Sender | undefined>): void {
  for (const sender of new Set(senders)) sender?.close?.();
}

const variables: Record<Channel, string> = {
  email: 'BEVAN_EMAIL_SENDER',
  sms: 'BEVAN_SMS_SENDER',
  voice: 'BEVAN_VOICE_SENDER',
};

function choosePlug(plugs: readonly SenderPlug[], channel: Channel, settings: Settings): SenderPlug {
  const { emailSender, smsSender, voiceSender } = settings;
  const id = { email: emailSender, sms: smsSender, voice: voiceSender }[channel];
  const able = plugs.filter((plug) => plug.channels.includes(channel));
  const allowed = settings.mode === 'production' ? able.filter((plug) => plug.simulator === undefined) : able;
  const plug =
    id === undefined
      ? allowed.find((one) => one.simulator !== undefined)
      : allowed.find((one) => one.id === id);
  if (plug !== undefined) return plug;
  const names = allowed.map((one) => one.id).join(', ');
  const why = able.some((one) => one.id === id) ? 'chooses a sender that only keeps messages; it ' : '';
  throw new SettingsFault([`${variables[channel]} ${why}must be one of: ${names}.`]);
}
