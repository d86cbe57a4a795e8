import { readAccount, recordSignIn, startAccountsWork, type Account } from '#accounts';
import { loadSenders, readSimulatedInbox, startMessagingWork, type Senders } from '#messaging';
import { startPersonalDataWork, tendUnusedAccounts } from '#personal-data';
import { makeAccount } from './accounts.ts';
import { createTestHouse, type TestHouse } from './house.ts';
import { until } from './until.ts';

const daySeconds = 24 * 3600;

/** What becomes of a message at the moment; `put-off`: the mailbox itself takes nothing now. */
export type Fate = 'sent' | 'waiting' | 'put-off' | 'refused';

function interrupted(sender: Senders['email'], fate: () => Fate): Senders['email'] {
  return {
    ...sender,
    send: async (...sending) => {
      switch (fate()) {
        case 'sent':
          return sender.send(...sending);
        case 'refused':
          return { outcome: 'refused', reason: 'away' };
        case 'waiting':
          return { outcome: 'not_now', reason: 'away' };
        case 'put-off':
          return { outcome: 'not_now', reason: 'away', by: 'mailbox' };
      }
    },
  };
}

/** Years that pass for accounts that nobody uses, looked after by two processes, with mail that may not go out. */
export interface Disuse {
  readonly here: TestHouse;
  readonly there: TestHouse;
  mailIs: Fate;
  textIs: Fate;
  /** Makes somebody with an account whom nothing else knows. */
  somebody(language?: 'en' | 'cy', phone?: string): Promise<Account>;
  /** Days pass, and the accounts are looked after, by two processes at once. */
  pass(days: number): Promise<void>;
  textsFor(phone: string): Promise<string[]>;
  /** @returns the subjects of what somebody was sent, the newest first */
  subjectsFor(account: Account): Promise<string[]>;
  signIn(account: Account): Promise<string>;
  /** A service may renew what it was given of somebody for so many days from now on. */
  renewTokensFor(account: Account, days: number): Promise<void>;
  isThere(account: Account): Promise<boolean>;
  /** It is now again, and messages go out. */
  reset(): void;
  close(): Promise<void>;
}

export async function startDisuse(): Promise<Disuse> {
  const here = await createTestHouse();
  const there = await createTestHouse({ beside: here });
  const { deps, settings, database } = here.house;
  let made = 0;
  const disuse: Disuse = {
    here,
    there,
    mailIs: 'sent',
    textIs: 'sent',
    somebody: (language = 'en', phone) => {
      made += 1;
      const email = `unused.${made}@people.example`;
      return makeAccount(here, { email, language, ...(phone === undefined ? {} : { phone }) });
    },
    pass: async (days) => {
      here.clock.advance(days * daySeconds);
      await Promise.all([tendUnusedAccounts(here.house), tendUnusedAccounts(there.house)]);
      // For a queue they pass as well: what was put off is due again.
      await database.pool.query(
        "UPDATE jobs.job SET start_after = now() WHERE state = 'retry' AND name LIKE 'messaging.%'",
      );
      // Word of it goes out, and is noted, before more days pass.
      const isTold = ['messaging.%', 'accounts.unused-%'];
      const isLeft = ['waiting', 'put-off'].includes(disuse.mailIs) ? isTold.slice(1) : isTold;
      // One statement sees both at one moment: what becomes of a message may put a job on a queue, and a job may write a message.
      await until(async () => {
        const { rowCount } = await database.pool.query(
          `SELECT FROM jobs.job WHERE state < 'completed' AND name LIKE ANY($1::text[])
           UNION ALL
           SELECT FROM messaging.outgoing_message WHERE $2 AND (NOT is_put_off OR useful_until <= $3)`,
          // Every message was put off by now, and those that are of no use any more are gone.
          [isLeft, disuse.mailIs === 'put-off', here.clock.now()],
        );
        return rowCount === 0;
      });
    },
    textsFor: async (phone) => (await readSimulatedInbox(deps, { to: phone })).map(({ text }) => text),
    subjectsFor: async ({ email }) =>
      (await readSimulatedInbox(deps, { to: email })).map(({ subject = '' }) => subject),
    signIn: async ({ id }) => {
      const signedIn = { accountId: id, clientId: 'demo', provenAt: here.clock.now() };
      return (await here.house.transact((within) => recordSignIn(within, signedIn))).outcome;
    },
    renewTokensFor: async ({ id, createdAt }, days) => {
      await database.pool.query(
        `INSERT INTO openid.token_family (family, client_id, account_id, scopes, vot, signed_in_at, generation, rotations, expires_at)
         VALUES ($1::uuid::text, 'app', $1::uuid, '{}', 'P0.Cp', $2, 1, '{}', $3)
         ON CONFLICT (family) DO UPDATE SET expires_at = excluded.expires_at`,
        [id, createdAt, new Date(here.clock.now().getTime() + days * daySeconds * 1000)],
      );
    },
    isThere: async ({ id }) => (await readAccount(deps, id)) !== undefined,
    reset: () => {
      here.clock.reset();
      [disuse.mailIs, disuse.textIs] = ['sent', 'sent'];
    },
    close: async () => {
      await there.close();
      await here.close();
    },
  };
  const senders = await loadSenders(settings, {});
  await startMessagingWork(here.house, here.jobs, {
    ...senders,
    email: interrupted(senders.email, () => disuse.mailIs),
    sms: interrupted(senders.sms, () => disuse.textIs),
  });
  await startAccountsWork(here.house, here.jobs);
  await startPersonalDataWork(here.house, here.jobs);
  return disuse;
}
