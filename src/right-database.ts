import { hasEvents } from '#foundation/audit';
import type { Deps } from '#foundation/deps';
import { SettingsFault, type Settings } from '#foundation/settings';
import { findPurpose, markPurpose, readPurpose, type DatabasePurpose } from '#foundation/storage';

/** What a database is judged and marked with. */
interface Claim {
  readonly deps: Pick<Deps, 'db' | 'clock'>;
  readonly settings: Pick<Settings, 'mode'>;
}

/**
 * Makes sure, before anything is changed in it, that a database is not marked for the other mode: in a sandbox's there are logins whose
 * passwords everybody knows, and a sandbox puts them into whatever it is given.
 *
 * @returns whether it is marked at all; otherwise {@link claimDatabase} has to be called once it is brought up to this release
 * @throws {SettingsFault}
 */
export async function isMarkedFor(mode: Settings['mode'], databaseUrl: string): Promise<boolean> {
  const purpose = await readPurpose({ url: databaseUrl });
  if (purpose !== undefined && purpose !== mode) throw otherDatabase(purpose);
  return purpose !== undefined;
}

/**
 * Marks a database for the mode of this process. One that was used before there were marks is judged by what is in it.
 *
 * @throws {SettingsFault} if it is for the other mode; a judgement alone does not mark it
 */
export async function claimDatabase({ deps, settings }: Claim): Promise<void> {
  const { mode } = settings;
  const judged = await judge(deps, mode);
  // What it was judged by may come of another process that starts at this moment: that one has marked it before.
  const known = judged === mode ? mode : ((await findPurpose(deps.db)) ?? judged);
  if (known !== mode) throw otherDatabase(known);
  const purpose = await markPurpose(deps.db, { purpose: mode, at: deps.clock.now() });
  if (purpose !== mode) throw otherDatabase(purpose);
}

async function judge(deps: Claim['deps'], mode: DatabasePurpose): Promise<DatabasePurpose> {
  // A sandbox opens every room: a second for a command, which as a rule finds a mark and needs none of it.
  const { hasSandboxTraces } = await import('#sandbox');
  if (await hasSandboxTraces(deps)) return 'sandbox';
  // Something has happened here, and no sandbox did it.
  return (await hasEvents(deps)) ? 'production' : mode;
}

function otherDatabase(purpose: DatabasePurpose): SettingsFault {
  return new SettingsFault([
    purpose === 'sandbox'
      ? 'DATABASE_URL is the database of a sandbox: it has people and staff whose passwords everybody knows. Give production a database of its own'
      : 'DATABASE_URL is the database of a production: a sandbox would put people and staff into it whose passwords everybody knows. Give the sandbox a database of its own, or leave this setting out',
  ]);
}
