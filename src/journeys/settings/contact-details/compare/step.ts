import { readAccount, tellOfChange, type Account } from '#accounts';
import type { Deps, House } from '#foundation/deps';
import { onceAtATime, stepsOf, type Outcome, type Visit } from '#foundation/journey';
import type { NhsNumber } from '#foundation/identifiers';
import { readIdentity } from '#identity';
import { ownPages } from '#openid';
import { readPatient, updateContactDetails, type ContactUpdate } from '#pds';
import { z } from 'zod';
import { lastDigits } from '../../../request.ts';
import { partAddress, type SettingsContext } from '../../part.ts';
import type { ContactAnswers, ContactNeeds } from '../part.ts';
import { changesOf, contactKinds, differencesOf, shownOf, type ContactKind } from './differences.ts';

const form = z.object({
  what: z.enum(['both', ...contactKinds], 'missing'),
  /** Of the entry that the person has seen. */
  version: z.string('missing').min(1, 'missing').max(50, 'missing'),
});
type Typed = z.output<typeof form>;
type ContactVisit = Visit<ContactAnswers, SettingsContext>;

async function personOf(
  deps: Deps,
  accountId: string,
): Promise<{ account: Account; nhsNumber: NhsNumber } | undefined> {
  const [account, identity] = await Promise.all([
    readAccount(deps, accountId),
    readIdentity(deps, accountId),
  ]);
  if (account === undefined || identity.level !== 'P9' || identity.standing !== undefined) return undefined;
  return { account, nhsNumber: identity.details.nhsNumber };
}

/** What stands on the page, from the register as it is now. */
async function look({ register }: ContactNeeds, deps: Deps, { context }: ContactVisit) {
  const person = await personOf(deps, context.accountId);
  if (person === undefined || register === undefined) return { reason: 'refused' };
  const reading = await readPatient(register, person.nhsNumber);
  if (reading.outcome === 'unavailable') return { reason: 'unavailable' };
  if (reading.outcome !== 'found' || reading.patient.nhsNumber !== person.nhsNumber)
    return { reason: 'refused' };
  const { patient } = reading;
  if (patient.isRestricted) return { reason: 'restricted' };
  const { email, phone } = person.account;
  return {
    version: patient.version,
    yours: { email, ...(phone === null ? {} : { phone: lastDigits(phone) }) },
    record: shownOf(patient),
    differs: differencesOf(patient, person.account),
  };
}

/** Asks the register for the change, in the person's own name. */
function update({ register, sessions }: ContactNeeds) {
  return async (
    house: House,
    { context }: ContactVisit,
    { what, version }: Typed,
  ): Promise<ContactUpdate> => {
    const person = await personOf(house.deps, context.accountId);
    const { accountId, sessionUid: uid } = context;
    const idToken = await sessions?.ownIdToken({ uid, accountId });
    if (person === undefined || register === undefined || idToken === undefined)
      return { outcome: 'refused', reason: 'login' };
    const kinds: readonly ContactKind[] = what === 'both' ? contactKinds : [what];
    const changes = changesOf(person.account, kinds);
    const { account, nhsNumber } = person;
    const updated = await updateContactDetails(register, { nhsNumber, version, idToken, changes });
    if (updated.outcome === 'updated') await house.transact((deps) => note(deps, account, what));
    return updated;
  };
}

/** What the register has by now is told, whatever becomes of the page. */
async function note(deps: Deps, account: Account, what: string): Promise<void> {
  await tellOfChange(deps, { account, change: 'register-contact' });
  await deps.audit({ type: 'contact-details.registered', accountId: account.id, details: { what } });
}

const beginning = partAddress('contact-details');
const refusal = (reason: string, status: number): Outcome<ContactAnswers> => ({
  outcome: 'stopped',
  stop: {
    page: 'journeys/settings/contact-details/refused',
    status,
    data: { reason, beginning, settingsAddress: ownPages.settings },
  },
});

/** Compare the contact details here with those on the national record, and put ours there. */
export function compareDetails(needs: ContactNeeds) {
  const updateOnce = onceAtATime<ContactAnswers, SettingsContext, Typed, ContactUpdate>(
    (_visit, { what, version }) => `${what} ${version}`,
    update(needs),
  );
  return stepsOf<ContactAnswers, SettingsContext>()({
    path: 'compare',
    page: 'journeys/settings/contact-details/compare',
    isDone: (given) => given.updated === true,
    undo: () => ({}),
    isFinal: true,
    show: async (deps, visit) => ({ beginning, ...(await look(needs, deps, visit)) }),
    form,
    before: (house, visit, typed) => updateOnce(house, visit, typed),
    submit: (_deps, { answers }, _typed, updated) => Promise.resolve(outcomeOf(updated, answers)),
  });
}

function outcomeOf(updated: ContactUpdate, answers: ContactAnswers): Outcome<ContactAnswers> {
  switch (updated.outcome) {
    case 'updated':
      return { outcome: 'answered', answers: { updated: true } };
    case 'version_mismatch':
      return { outcome: 'stayed', answers, notice: 'changed' };
    case 'unavailable':
      return refusal('unavailable', 503);
    case 'refused':
      return refusal('refused', 409);
  }
}
