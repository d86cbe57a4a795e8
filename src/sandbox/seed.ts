import {
  checkPassword,
  clearLocks,
  createAccount,
  findAccountId,
  forgetAccount as forgetLogin,
  listAccountIds,
  readAccount,
  setPhone,
} from '#accounts';
import { forgetAccount as forgetAgreements } from '#consent';
import type { MovableClock } from '#foundation/clock';
import type { Deps, House } from '#foundation/deps';
import { clearSimulatedInbox } from '#messaging';
import { forgetAccount as forgetTokens } from '#openid';
import { listClients, removeClient } from '#partners';
import { registerDemoClient, type DemoClient } from './demo-client.ts';
import { personas, phoneOf, sandboxPassword, type Persona } from './personas.ts';

/** What putting things back as seeded needs. */
export interface SeedDeps {
  readonly house: House;
  readonly clock: MovableClock;
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
 * sandbox can be stopped and started.
 *
 * @param demo.origin where browsers reach the demo connected service
 * @returns what the demo connected service has to be started with
 */
export async function seedSandbox(house: House, demo: { readonly origin: string }): Promise<DemoClient> {
  const client = await registerDemoClient(house, demo);
  for (const persona of personas) await seedPersona(house, persona);
  await keepLocked(house);
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
export async function resetPersona(deps: SeedDeps, persona: Persona): Promise<void> {
  const { house } = deps;
  const phone = phoneOf(persona);
  const forgotten = await house.transact(async (inside) => {
    await clearLocks(inside, { email: persona.email, ...(phone === undefined ? {} : { phone }) });
    const byEmail = await findAccountId(inside, persona.email);
    const ids = new Set([byEmail, persona.account?.sub].filter((id) => id !== undefined));
    for (const id of ids) await forget(inside, id);
    return ids;
  });
  for (const id of forgotten) deps.onForgotten(id);
  await seedPersona(house, persona);
  if (persona.account?.isPasswordLocked === true) await keepLocked(house);
}

/** Puts everything back as seeded: people, clients, messages, time. */
export async function resetAll(deps: SeedDeps): Promise<void> {
  const { house, clock, demoOrigin } = deps;
  clock.reset();
  const forgotten = await house.transact(async (inside) => {
    const ids = await listAccountIds(inside);
    for (const id of ids) await forget(inside, id);
    for (const { clientId } of await listClients(inside)) await removeClient(inside, clientId);
    return ids;
  });
  for (const id of forgotten) deps.onForgotten(id);
  await clearSimulatedInbox(house.deps);
  for (const persona of personas) await resetPersona(deps, persona);
  await registerDemoClient(house, { origin: demoOrigin });
}

async function seedPersona(house: House, persona: Persona): Promise<void> {
  const { account, email, nation } = persona;
  if (account === undefined || (await readAccount(house.deps, account.sub)) !== undefined) return;
  const passwordHash = await house.passwords.hash(sandboxPassword);
  await house.transact(async (deps) => {
    const created = await createAccount(deps, {
      id: account.sub,
      email,
      passwordHash,
      nation,
      language: 'en',
    });
    const phone = phoneOf(persona);
    if (created.outcome === 'created' && phone !== undefined)
      await setPhone(deps, { accountId: created.account.id, phone });
    if (created.outcome === 'email_taken')
      house.log.warn({ persona: persona.id }, 'another login has a persona’s address');
  });
}

async function forget(deps: Deps, accountId: string): Promise<void> {
  await forgetTokens(deps, accountId);
  await forgetAgreements(deps, accountId);
  await forgetLogin(deps, accountId);
}
