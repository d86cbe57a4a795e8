import { loadPlugs } from '#foundation/socket';
import { readDefinitions, SettingsFault, type Environment, type Settings } from '#foundation/settings';
import { channels, senderManifest, type Channel, type Sender, type SenderPlug } from './sender.ts';

/** The senders that the settings choose, one for each channel. */
export type Senders = Readonly<Record<Channel, Sender>>;

/** @returns every sender that there is a folder for */
export function loadSenderPlugs(): Promise<SenderPlug[]> {
  return loadPlugs(import.meta.dirname, senderManifest);
}

/**
 * Makes the senders that the settings choose.
 *
 * @throws {SettingsFault} when a chosen sender doesn't exist, doesn't serve its channel, only simulates although this
 *   is production, or lacks a setting of its own
 */
export async function loadSenders(settings: Settings, environment?: Environment): Promise<Senders> {
  const plugs = await loadSenderPlugs();
  const chosen = channels.map((channel) => choose(plugs, channel, settings));
  const problems = chosen.filter((choice) => typeof choice === 'string');
  if (problems.length > 0) throw new SettingsFault(problems);
  const made = new Map<string, Sender>();
  const senderOf = (channel: Channel): Sender => {
    const plug = chosen[channels.indexOf(channel)];
    if (plug === undefined || typeof plug === 'string') throw new SettingsFault([`no sender for ${channel}`]);
    const sender = made.get(plug.id) ?? plug.createSender(readDefinitions(plug.settings, settings.mode, environment));
    made.set(plug.id, sender);
    return sender;
  };
  return { email: senderOf('email'), sms: senderOf('sms') };
}

const variables: Record<Channel, string> = { email: 'BEVAN_EMAIL_SENDER', sms: 'BEVAN_SMS_SENDER' };

/** @returns the plug, or what is wrong with the choice */
function choose(plugs: readonly SenderPlug[], channel: Channel, settings: Settings): SenderPlug | string {
  const id = channel === 'email' ? settings.emailSender : settings.smsSender;
  const able = plugs.filter((plug) => plug.channels.includes(channel));
  const plug = id === undefined ? able.find((one) => one.simulator !== undefined) : able.find((one) => one.id === id);
  const variable = variables[channel];
  const real = able.filter((one) => one.simulator === undefined).map((one) => one.id);
  if (plug === undefined) return `${variable} must be one of: ${real.join(', ')}.`;
  if (settings.mode === 'production' && plug.simulator !== undefined) {
    return `${variable} chooses a sender that only keeps messages; production must use one of: ${real.join(', ')}.`;
  }
  return plug;
}
