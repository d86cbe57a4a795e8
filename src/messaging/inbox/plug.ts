import { secondsAfter } from '#foundation/clock';
import { senderPlug } from '../sender.ts';
import { deleteInboxMessages, insertInboxMessage, selectInboxMessages, trimInbox } from './store.ts';

const mostMessages = 5000;
const keptSeconds = 30 * 24 * 3600;
const mostListed = 500;

/** The inbox of a sandbox: keeps every message, with its code and links set apart, and sends nothing. */
const plug = senderPlug({
  id: 'inbox',
  channels: ['email', 'sms', 'voice'],
  settings: {},
  createSender: () => ({
    send: async (house, message) => {
      await insertInboxMessage(house.database.db, { ...message, sentAt: house.clock.now() });
      return { outcome: 'sent' };
    },
  }),
  simulator: {
    read: (deps, filter) =>
      selectInboxMessages(deps.db, { ...filter, limit: Math.min(filter.limit ?? mostListed, mostListed) }),
    clear: (deps) => deleteInboxMessages(deps.db),
    sweep: (deps) =>
      trimInbox(deps.db, { most: mostMessages, after: secondsAfter(deps.clock.now(), -keptSeconds) }),
  },
});

export default plug;
