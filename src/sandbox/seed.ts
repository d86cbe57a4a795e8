import { checkPassword, clearLocks, findAccountId, listAccountIds, readAccount } from '#accounts';
import type { MovableClock } from '#foundation/clock';
import { refuse } from '#consent';
import type { Deps, House } from '#foundation/deps';
import { clearGpSystemFaults } from '#gp-systems';
import { clearMatchLimits } from '#identity';
import { clearSimulatedInbox } from '#messaging';
import { listClients, removeClient } from '#partners';
import {
  clearRegisterFaults,
  hasSimulatedPatient,
  listSimulatedPatients,
  putSimulatedPatient,
  resetSimulatedRegister,
  seedSimulatedRegister,
} from '#pds';
import { eraseAccount } from '#personal-data';
import { seedSandboxStaff } from '#portals';
import { clearDetailsLimits } from '#proofing';
import { demoClientId, registerDemoClient, type DemoClient } from './demo-client.ts';
import { registerExampleServices } from './example-services.ts';
import { makePerson } from './people.ts';
import {
  clearPractices,
  openPractices,
  practiceCodes,
  putAtPractices,
  seedAtPractices,
} from './practices.ts';
import type { RequestLog } from './requests/log.ts';
import { takeSeedingTurn } from './store.ts';
import { landlineOf, personas, phoneOf, sandboxPassword, type Persona } from './personas.ts';

/** What putting things back as seeded needs. */
export interface SeedDeps {
  readonly house: House;
  readonly clock: MovableClock;
  readonly requests: RequestLog;
  /** Where browsers reach the demo connected service. */
  readonly demoOrigin: string;
  /** Called with each account that is gone, for what is remembered of it in memory. */
  readonly onForgotten: (accountId: string) => void;
}

/** An address of the range kept for documentation: wrong passwords from there never count against a real one. */
const strangersAddress = '192.0.2.1';
const mostGuesses = 10;

/**
 * Puts the made-up people and the demo connected service in place. What is there already stays as it is, so that a
 * sandbox can be stopped and started, and several processes may do it at once; but who has to stay young, and was born for another
 * year, is put back.
 *
 * @param demo.origin where browsers reach the demo connected service
 * @param people who they are; those of this year, if left out
 * @returns what the demo connected service has to be started with
 */
export async function seedSandbox(
  house: House,
  demo: { readonly origin: string },
  people: readonly Persona[] = personas,
): Promise<DemoClient> {
  const client = await inSeedingTurn(house, async (deps) => {
    await registerExampleServices(deps);
    const registered = await registerDemoClient(deps, demo);
    await seedSimulatedRegister(deps);
    await openPractices(deps, { isReset: false });
    const hashPassword = passwordHasher(house);
    for (const persona of people) {
      if (await isOfAnotherYear(deps, persona)) await putBack(house, deps, persona, hashPassword);
      await seedPersona(house, deps, persona, hashPassword);
      await seedEntries(deps, persona);
      await seedAtPractices(deps, persona);
    }
    return registered;
  });
  await keepLocked(house);
  await seedStaff(house);
  return client;
}

/** Locks those personas again whose story it is to be locked: a lock ends by itself after a while. */
export async function keepLocked(house: House): Promise<void> {
  for (const { account, email } of personas) {
    if (account?.isPasswordLocked !== true) continue;
    for (let guesses = 0; guesses < mostGuesses; guesses += 1) {
      const attempt = { email, password: 'a wrong guess', remoteAddress: strangersAddress };
      const { outcome } = await checkPassword(house, attempt);
      if (outcome === 'locked') break;
    }
  }
}

/** Puts one person back as they were seeded. */
export async function resetPersona({ house, onForgotten }: SeedDeps, persona: Persona): Promise<void> {
  const forgotten = await inSeedingTurn(house, (deps) => putBack(house, deps, persona));
  for (const id of forgotten) onForgotten(id);
  await keepLocked(house);
  await seedStaff(house);
}

/** @returns the accounts that are gone */
async function putBack(
  house: House,
  deps: Deps,
  persona: Persona,
  hashPassword = passwordHasher(house),
): Promise<ReadonlySet<string>> {
  const byEmail = await findAccountId(deps, persona.email);
  const ids = new Set([byEmail, persona.account?.sub].filter((id) => id !== undefined));
  for (const id of ids) await eraseAccount(deps, id);
  // Whoever signs in as them at this moment holds the login before its limits, too.
  await clearLimits(deps, persona);
  await putAtPractices(deps, persona);
  await seedPersona(house, deps, persona, hashPassword);
  for (const entry of persona.register ?? []) await putSimulatedPatient(deps, entry);
  return ids;
}

/** Whether somebody who has to stay young stands in the register as they were for another year; who was given another day of birth, stays. */
async function isOfAnotherYear(deps: Deps, { staysYoung, register = [] }: Persona): Promise<boolean> {
  const [entry] = register;
  if (staysYoung !== true || entry?.birthdate === undefined) return false;
  const [found] = await listSimulatedPatients(deps, { nhsNumber: entry.nhsNumber, limit: 1 });
  const [year, ...day] = (found?.birthdate ?? '').split('-');
  const [thisYear, ...sameDay] = entry.birthdate.split('-');
  return year !== thisYear && day.join('-') === sameDay.join('-');
}

/**
 * Forgets what counts against a persona by where they can be reached, and tries to be somebody in the register or to have somebody's
 * registration details: nobody knows any more whom they meant. What counts by their login goes with it.
 */
async function clearLimits(deps: Deps, persona: Persona): Promise<void> {
  await clearLocks(deps, { email: persona.email, phone: phoneOf(persona), landline: landlineOf(persona) });
  await clearMatchLimits(deps);
  await clearDetailsLimits(deps);
}

/** Somebody works at every practice, with a password and an authenticator that everybody knows. */
function seedStaff(house: House): Promise<void> {
  return seedSandboxStaff(house, { odsCodes: practiceCodes, password: sandboxPassword });
}

/** Puts everything back as seeded: people, the register, the practices, clients, messages, time; and forgets what services did. */
export async function resetAll(deps: SeedDeps): Promise<void> {
  const { house, clock, requests, demoOrigin, onForgotten } = deps;
  clock.reset();
  await requests.clear();
  const forgotten = await inSeedingTurn(house, async (inside) => {
    const ids = await listAccountIds(inside);
    for (const id of ids) await eraseAccount(inside, id);
    for (const { clientId } of await listClients(inside)) await removeClient(inside, clientId);
    await clearSimulatedInbox(inside);
    await registerExampleServices(inside);
    await registerDemoClient(inside, { origin: demoOrigin });
    await clearRegisterFaults(inside);
    await resetSimulatedRegister(inside);
    await clearGpSystemFaults(inside);
    await clearPractices(inside);
    await openPractices(inside, { isReset: true });
    const hashPassword = passwordHasher(house);
    for (const persona of personas) {
      await clearLimits(inside, persona);
      await putAtPractices(inside, persona);
      await seedPersona(house, inside, persona, hashPassword);
      await seedEntries(inside, persona);
    }
    return ids;
  });
  for (const id of forgotten) onForgotten(id);
  await keepLocked(house);
}

/** Everybody has the same password; computing its hash takes longer than all else that makes a person. */
function passwordHasher({ passwords }: House): () => Promise<string> {
  let hashed: Promise<string> | undefined;
  return () => {
    hashed ??= passwords.hash(sandboxPassword);
    return hashed;
  };
}

/** Runs in one transaction; whoever else puts things in place waits for its end. */
function inSeedingTurn<T>(house: House, work: (deps: Deps) => Promise<T>): Promise<T> {
  return house.transact(async (deps) => {
    await takeSeedingTurn(deps.db);
    return work(deps);
  });
}

async function seedPersona(
  house: House,
  deps: Deps,
  persona: Persona,
  hashPassword = passwordHasher(house),
): Promise<void> {
  const { account, email, nation } = persona;
  if (account === undefined || (await readAccount(deps, account.sub)) !== undefined) return;
  const made = await makePerson(deps, {
    sub: account.sub,
    email,
    passwordHash: await hashPassword(),
    nation,
    language: 'en',
    phone: phoneOf(persona),
    landline: landlineOf(persona),
    identity: account.identity,
  });
  if (made !== 'made')
    house.log.warn({ persona: persona.id, because: made }, 'another login has what is a persona’s');
  else if (account.hasRefusedDemo === true)
    await refuse(deps, { accountId: account.sub, clientId: demoClientId, scopes: ['openid', 'profile'] });
}

/** What the register has under their numbers already stays. */
async function seedEntries(deps: Deps, { register = [] }: Persona): Promise<void> {
  for (const entry of register)
    if (!(await hasSimulatedPatient(deps, entry.nhsNumber))) await putSimulatedPatient(deps, entry);
}
