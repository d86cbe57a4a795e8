import { randomBytes } from 'node:crypto';
import type { Choices, Received, Transaction } from './login.ts';

/** One browser, for an hour. */
export interface Session {
  readonly id: string;
  /** Has to come with every form. */
  readonly formToken: string;
  lastUsed: number;
  /** Sign-ins that were begun and have not come back, by their `state`; several tabs may each have one. */
  readonly begun: Map<string, { readonly transaction: Transaction; readonly choices: Choices }>;
  received?: { readonly choices: Choices; readonly what: Received; readonly before?: Received };
}

const msPerSession = 3_600_000;
const mostSessions = 1000;
const mostBegun = 10;

/** Sessions in memory only: stopping the program forgets them all. */
export function createSessions(now: () => number) {
  const sessions = new Map<string, Session>();
  const makeRoom = (): void => {
    for (const [id, session] of sessions) {
      if (sessions.size < mostSessions && now() - session.lastUsed < msPerSession) break;
      sessions.delete(id);
    }
  };
  return {
    find: (id: string | undefined): Session | undefined => {
      const session = id === undefined ? undefined : sessions.get(id);
      if (session === undefined || now() - session.lastUsed >= msPerSession) return undefined;
      session.lastUsed = now();
      // The one used longest ago stays first.
      sessions.delete(session.id);
      sessions.set(session.id, session);
      return session;
    },
    create: (): Session => {
      makeRoom();
      const session: Session = {
        id: randomBytes(32).toString('base64url'),
        formToken: randomBytes(32).toString('base64url'),
        lastUsed: now(),
        begun: new Map(),
      };
      sessions.set(session.id, session);
      return session;
    },
    remember: (session: Session, choices: Choices, transaction: Transaction): void => {
      const [oldest] = session.begun.keys();
      if (session.begun.size >= mostBegun && oldest !== undefined) session.begun.delete(oldest);
      session.begun.set(transaction.state, { transaction, choices });
    },
    /**
     * Gives a session a new name when somebody signs in, so that whoever knew the old one, or had put it into this
     * browser, is not signed in with them.
     */
    rename: (session: Session): Session => {
      const renamed = {
        ...session,
        id: randomBytes(32).toString('base64url'),
        formToken: randomBytes(32).toString('base64url'),
      };
      sessions.delete(session.id);
      sessions.set(renamed.id, renamed);
      return renamed;
    },
    forget: (session: Session): void => {
      sessions.delete(session.id);
    },
  };
}
