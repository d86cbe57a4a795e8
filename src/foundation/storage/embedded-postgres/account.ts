import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { EmbeddedPostgresFault } from './explained-fault.ts';

/** The account of the operating system that the server runs under. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/**
 * PostgreSQL refuses to run as root, so root hands the server to an account without rights.
 *
 * @param home the folder of an existing cluster, whose owner is kept
 * @returns undefined when the server runs under our own account
 * @throws {EmbeddedPostgresFault} when we are root and there is no such account
 */
export async function serverAccount(home: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  if (existsSync(home)) {
    const { uid, gid } = await stat(home);
    if (uid !== 0) return { uid, gid };
  }
  const accounts = parseAccounts(await readFile('/etc/passwd', 'utf8'));
  const account = accounts.get('postgres') ?? accounts.get('nobody');
  if (account !== undefined) return account;
  throw new EmbeddedPostgresFault(
    'PostgreSQL does not run as root, and this system has neither an account "postgres" nor "nobody". ' +
      'Start as an ordinary user, or set DATABASE_URL.',
  );
}

function parseAccounts(passwd: string): Map<string, Account> {
  const accounts = new Map<string, Account>();
  for (const line of passwd.split('\n')) {
    const [name, , uid, gid] = line.split(':');
    if (name !== undefined && uid !== undefined && gid !== undefined && uid !== '0') {
      accounts.set(name, { uid: Number(uid), gid: Number(gid) });
    }
  }
  return accounts;
}
