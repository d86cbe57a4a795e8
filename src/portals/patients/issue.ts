import { randomUUID } from 'node:crypto';
import { secondsAfter } from '#foundation/clock';
import { emailForSending } from '#accounts';
import type { Deps, House } from '#foundation/deps';
import type { OdsCode } from '#foundation/identifiers';
import type { GpSystems, Linkage, RefusalReason, RegistrationDetails } from '#gp-systems';
import { sendMessage } from '#messaging';
import { areDetailsUsed, listIssuedDetails, recordIssuedDetails, type IssuedDetails } from '#proofing';
import { insertIssue, personKeyOf, selectIssuedIds } from './issue-store.ts';
import { deleteLettersOf, insertLetter, releaseVisit, takeVisit, type Owner } from './store.ts';
import { roleFor, type PatientVisit } from './visit.ts';
import { writeAct } from '../acts/acts.ts';
import { holdSession, selectMemberships } from '../staff/store.ts';

/** A letter waits this long to be printed, then the details have to be issued again. */
const letterSeconds = 15 * 60;
/** Later than this nobody is told any more that a letter is ready. */
const noticeSeconds = 2 * 24 * 3600;
const retentionSeconds = 2 * 366 * 24 * 3600;
const withinMs = 15_000;

/** Everything that has to be told before details can be issued. */
export type ReadyVisit = PatientVisit & {
  readonly [Told in 'reason' | 'check' | 'letter']: NonNullable<PatientVisit[Told]>;
};

export function isReady(patient: PatientVisit): patient is ReadyVisit {
  return patient.reason !== undefined && patient.check !== undefined && patient.letter !== undefined;
}

export type Issued =
  | { readonly outcome: 'to_print'; readonly letterId: string }
  /** Somebody is at it already. */
  | { readonly outcome: 'busy' }
  /** While the GP system was asked, whoever issues signed out or lost the role that it takes: nothing is issued. */
  | { readonly outcome: 'not_allowed' }
  /** The GP system has details for this patient, which were used up or are too old: staff have to reset them there first. */
  | { readonly outcome: 'reset_first' }
  | { readonly outcome: 'refused'; readonly reason: RefusalReason }
  | { readonly outcome: 'unavailable' }
  /** This GP system knows no such details. */
  | { readonly outcome: 'not_offered' };

interface Issue extends Owner {
  readonly staffId: string;
  readonly patient: ReadyVisit;
  /** Staff say that they have reset the details in their own system. */
  readonly isReset: boolean;
  readonly practiceName: string;
}

/** Issues registration details to a patient whose identity was checked. It asks the GP system, so call it outside a transaction. */
export async function issueDetails(house: House, gpSystems: GpSystems, issue: Issue): Promise<Issued> {
  if (!(await takeVisit(house.deps.db, issue))) return { outcome: 'busy' };
  let isDone = false;
  try {
    const issued = await issueTaken(house, gpSystems, issue);
    isDone = issued.outcome === 'to_print';
    return issued;
  } finally {
    if (!isDone) await releaseVisit(house.deps.db, issue);
  }
}

async function issueTaken(house: House, gpSystems: GpSystems, issue: Issue): Promise<Issued> {
  const { odsCode, patient } = issue;
  const { nhsNumber } = patient;
  const supplier = await gpSystems.supplierOf(odsCode);
  const [last] = await listIssuedDetails(house.deps, { odsCode, nhsNumber, limit: 1 });
  const mayAskAgain = issue.isReset || last?.state === 'unused';
  const linkage = await askFor(gpSystems, odsCode, patient, mayAskAgain);
  switch (linkage.outcome) {
    case 'unavailable':
    case 'not_offered':
      return { outcome: linkage.outcome };
    case 'refused':
      return linkage.reason === 'conflict' ? { outcome: 'reset_first' } : linkage;
    case 'linkage':
  }
  const { details } = linkage;
  const earlier = await findEarlier(house.deps, issue, details);
  const isOld = earlier !== undefined && earlier.state !== 'unused';
  // Staff may have issued it in their own system.
  const { accountId: gpUserId, linkageKey: gpLinkageKey } = details;
  if (isOld || (await areDetailsUsed(house.deps, { odsCode, gpUserId, gpLinkageKey })))
    return { outcome: 'reset_first' };
  return house.transact((deps) =>
    keep(deps, { ...issue, details, supplierId: supplier?.id ?? '', expiresAt: earlier?.expiresAt }),
  );
}

async function askFor(
  gpSystems: GpSystems,
  odsCode: OdsCode,
  patient: ReadyVisit,
  mayAskAgain: boolean,
): Promise<Linkage> {
  const { nhsNumber, familyName, birthdate } = patient;
  const email = patient.email ?? patient.letter.email;
  const who = { odsCode, nhsNumber, familyName, birthdate, email };
  const created = await gpSystems.createLinkage(who, { withinMs });
  const isConflict = created.outcome === 'refused' && created.reason === 'conflict';
  return isConflict && mayAskAgain ? gpSystems.obtainLinkage(who, { withinMs }) : created;
}

/** @returns what this very key was issued as before: a GP system may tell an old one again */
async function findEarlier(
  deps: Deps,
  { odsCode, patient }: Issue,
  details: RegistrationDetails,
): Promise<IssuedDetails | undefined> {
  const ids = await selectIssuedIds(deps.db, { odsCode, detailsKey: detailsKeyOf(deps, details) });
  if (ids.length === 0) return undefined;
  const issued = await listIssuedDetails(deps, { odsCode, nhsNumber: patient.nhsNumber });
  return issued.find(({ id }) => ids.includes(id));
}

function detailsKeyOf({ secrets }: Pick<Deps, 'secrets'>, details: RegistrationDetails): string {
  const { odsCode, accountId, linkageKey } = details;
  return secrets.mac('portals details', JSON.stringify([odsCode, accountId, linkageKey]));
}

interface Kept extends Issue {
  readonly details: RegistrationDetails;
  readonly supplierId: string;
  readonly expiresAt: Date | undefined;
}

async function keep(deps: Deps, issue: Kept): Promise<Issued> {
  const { odsCode, staffId, patient, details } = issue;
  const { nhsNumber, givenName, familyName, check, letter } = patient;
  if (!(await mayStillCheck(deps, issue))) return { outcome: 'not_allowed' };
  const now = deps.clock.now();
  const documents = check.way === 'documents' ? check.documents : undefined;
  const { id: issuedId, expiresAt } = await recordIssuedDetails(deps, {
    odsCode,
    nhsNumber,
    person: { givenName, familyName },
    gpUserId: details.accountId,
    gpLinkageKey: details.linkageKey,
    check: { way: check.way, staffId, documents, at: now },
    expiresAt: issue.expiresAt,
  });
  await dropLetters(deps, issue);
  await keepWhy(deps, issue, issuedId);
  await tellToCollect(deps, issue);
  const letterId = randomUUID();
  const { language, print } = letter;
  const patientName = [givenName, familyName].filter(Boolean).join(' ');
  await insertLetter(deps, {
    id: letterId,
    sessionHash: issue.sessionHash,
    odsCode,
    issuedId,
    contents: { patientName, ...details, issuedAt: now, expiresAt, language, print },
    expiresAt: secondsAfter(now, letterSeconds),
  });
  return { outcome: 'to_print', letterId };
}

async function mayStillCheck(deps: Deps, { odsCode, staffId, sessionHash, patient }: Kept): Promise<boolean> {
  if (!(await holdSession(deps.db, sessionHash))) return false;
  const places = await selectMemberships(deps, staffId);
  const here = places.find(({ place }) => place === odsCode);
  return here?.roles.includes(roleFor[patient.check.way]) === true;
}

/** What was issued before has just been withdrawn: a colleague's letter with it, not printed yet, would prove nobody. */
async function dropLetters({ db, secrets }: Deps, { odsCode, patient }: Kept): Promise<void> {
  const personKey = personKeyOf({ secrets }, patient.nhsNumber);
  for (const issuedId of await selectIssuedIds(db, { odsCode, personKey }))
    await deleteLettersOf(db, { issuedId, odsCode });
}

/** Keeps what the practice wants to know of it later, and that it was done. */
async function keepWhy(deps: Deps, issue: Kept, issuedId: string): Promise<void> {
  const { odsCode, staffId, patient, details } = issue;
  const { nhsNumber, givenName, familyName, birthdate, check, letter, reason } = patient;
  const issuedAt = deps.clock.now();
  await insertIssue(deps, {
    issuedId,
    odsCode,
    supplierId: issue.supplierId,
    reason,
    personKey: personKeyOf(deps, nhsNumber),
    detailsKey: detailsKeyOf(deps, details),
    patient: { nhsNumber, givenName, familyName, birthdate },
    issuedAt,
    keptUntil: secondsAfter(issuedAt, retentionSeconds),
  });
  const isRemote = check.way !== 'documents' && check.isRemote;
  const told = [check.way, ...(isRemote ? ['remote'] : []), reason, letter.delivery];
  await writeAct(deps, { place: odsCode, staffId, type: 'issued', person: patient, details: told });
}

/** Whoever collects the letter later is told by e-mail that it is there; the e-mail has nothing of what stands in it. */
async function tellToCollect(deps: Deps, { patient, practiceName }: Kept): Promise<void> {
  const { letter, email } = patient;
  if (letter.delivery !== 'collect' || email === undefined) return;
  await sendMessage(deps, {
    message: 'letter-ready',
    channel: 'email',
    to: emailForSending(email),
    language: letter.language,
    values: { practice: practiceName },
    usefulUntil: secondsAfter(deps.clock.now(), noticeSeconds),
  });
}
