import { ageOn, dayInUk, maskNhsNumber } from '#foundation/identifiers';
import {
  blockFastTrack,
  isCompetent,
  mayReachHigh,
  readFastTrackBlock,
  recordCompetence,
  unblockFastTrack,
  withdrawCompetence,
} from '#identity';
import { listIssuedDetails, withdrawIssuedDetails } from '#proofing';
import type { Deps } from '#foundation/deps';
import type { FastifyReply } from 'fastify';
import { longDay } from '../desk/moments.ts';
import { leadTo, noticeOf, param, show } from '../desk/portal.ts';
import { writeAct, type ActType } from '../acts/acts.ts';
import { deleteLettersOf, selectVisit, updateVisit, type Owner } from '../patients/store.ts';
import type { PatientVisit } from '../patients/visit.ts';
import type { AtDesk, Desk, Portal } from './desk.ts';

/** A patient who was found, in front of a member of staff. */
export interface AtPatient {
  readonly at: AtDesk;
  readonly owner: Owner;
  readonly patient: PatientVisit;
  readonly path: string;
}

const mayCheck = ['verifier', 'voucher'] as const;
const everybody = ['verifier', 'voucher', 'manager'] as const;
const notices = [
  'withdrawn',
  'competence-recorded',
  'competence-withdrawn',
  'fast-track-blocked',
  'fast-track-unblocked',
] as const;
const mostShown = 10;

/** Answers for a patient who was found in this session; anybody else’s leads back to looking for one. */
export function withPatient(
  portal: Portal,
  answer: (patient: AtPatient) => Promise<FastifyReply>,
): (at: AtDesk) => Promise<FastifyReply> {
  return async (at) => {
    const id = param(at.request, 'visit');
    const owner = { id, sessionHash: at.staff.sessionHash, odsCode: at.odsCode };
    const patient = await selectVisit(portal.house.deps, { ...owner, now: portal.house.clock.now() });
    if (patient === undefined) return show(portal, at, 'visit-over', {}, { status: 404 });
    return answer({ at, owner, patient, path: `/patients/${id}` });
  };
}

/** Keeps what was told of a patient, beside what was told before. */
export async function tell(
  portal: Portal,
  { owner, patient }: AtPatient,
  told: Partial<PatientVisit>,
): Promise<void> {
  await updateVisit(portal.house.deps, { ...owner, patient: { ...patient, ...told } });
}

/** What a page shows of a patient at its head: enough to know that it is them, never the whole NHS number. */
export function headOf({ at, patient }: AtPatient) {
  const { givenName, familyName, birthdate, nhsNumber } = patient;
  return {
    patientName: [givenName, familyName].filter(Boolean).join(' '),
    birthdate: longDay(at.language, birthdate),
    maskedNumber: maskNhsNumber(nhsNumber),
    lastDigits: nhsNumber.slice(-4),
  };
}

/** Tells whether a patient is old enough to be given registration details here. */
export function isOldEnough(portal: Portal, { at, patient }: AtPatient) {
  const { birthdate, nhsNumber } = patient;
  const today = dayInUk(portal.house.clock.now());
  const { icbCode } = at.practice;
  return mayReachHigh(portal.house.deps, { odsCode: at.odsCode, icbCode, birthdate, nhsNumber, today });
}

/** Mounts what staff see and do of a patient, but for issuing details. */
export function mountPatient(portal: Portal, desk: Desk): void {
  desk.get(
    '/patients/:visit',
    mayCheck,
    withPatient(portal, (found) => showPatient(portal, found)),
  );
  desk.get(
    '/patients/:visit/withdraw/:issued',
    mayCheck,
    withPatient(portal, ({ at, path, patient }) =>
      askWhetherToWithdraw(portal, at, { from: path, nhsNumber: patient.nhsNumber }),
    ),
  );
  desk.post(
    '/patients/:visit/withdraw/:issued',
    mayCheck,
    withPatient(portal, async ({ at, path }) => {
      await withdraw(portal, at, param(at.request, 'issued'));
      return leadTo(at, path, 'withdrawn');
    }),
  );
  const decisions = {
    'record-competence': { roles: ['voucher'], act: 'competence-recorded', work: recordCompetence },
    'withdraw-competence': { roles: ['voucher'], act: 'competence-withdrawn', work: withdrawCompetence },
    'block-fast-track': { roles: mayCheck, act: 'fast-track-blocked', work: blockFastTrack },
    'unblock-fast-track': { roles: mayCheck, act: 'fast-track-unblocked', work: unblockFastTrack },
  } as const;
  for (const [path, { roles, act, work }] of Object.entries(decisions)) {
    desk.post(
      `/patients/:visit/${path}`,
      roles,
      withPatient(portal, async (found) => {
        await decide(portal, found, { act, work });
        return leadTo(found.at, found.path, act);
      }),
    );
  }
  desk.get('/details', everybody, async (at) => {
    const issued = await listIssuedDetails(portal.house.deps, { odsCode: at.odsCode });
    const rows = issued.map((one) => describeIssued(at, one));
    return show(portal, at, 'details', { rows }, { back: at.base, notice: noticeOf(at, ['withdrawn']) });
  });
  desk.get('/details/withdraw/:issued', mayCheck, (at) =>
    askWhetherToWithdraw(portal, at, { from: '/details' }),
  );
  desk.post('/details/withdraw/:issued', mayCheck, async (at) => {
    await withdraw(portal, at, param(at.request, 'issued'));
    return leadTo(at, '/details', 'withdrawn');
  });
}

async function showPatient(portal: Portal, found: AtPatient): Promise<FastifyReply> {
  const { at, patient, path } = found;
  const { deps, clock, settings } = portal.house;
  const { odsCode } = at;
  const { nhsNumber } = patient;
  const age = await isOldEnough(portal, found);
  const issued = await listIssuedDetails(deps, { odsCode, nhsNumber, limit: mostShown });
  const block = await readFastTrackBlock(deps, nhsNumber);
  const data = {
    ...headOf(found),
    path: `${at.base}${path}`,
    age: age.outcome === 'allowed' ? undefined : { rule: age.rule, from: longDay(at.language, age.from) },
    isCompetent: await isCompetent(deps, { nhsNumber, odsCode }),
    mayDecideCompetence: at.roles.includes('voucher'),
    // No practice can lift the rule that holds everywhere.
    isLocalRule: ageOn(patient.birthdate, dayInUk(clock.now())) >= settings.minimumAgeForHigh,
    isBlocked: block !== undefined,
    isBlockedHere: block === undefined || block.odsCode === odsCode,
    rows: issued.map((one) => describeIssued(at, one)),
  };
  return show(portal, at, 'patient', data, { back: `${at.base}/find`, notice: noticeOf(at, notices) });
}

type IssuedRow = Awaited<ReturnType<typeof listIssuedDetails>>[number];

function describeIssued({ language }: AtDesk, { id, state, person, issuedAt, expiresAt, check }: IssuedRow) {
  return {
    id,
    state,
    person: [person.givenName, person.familyName].filter(Boolean).join(' '),
    issuedAt: longDay(language, issuedAt),
    expiresAt: longDay(language, expiresAt),
    way: check.way,
    mayWithdraw: state === 'unused',
  };
}

/** @param where the list that it stands in: the page to go back to, and of one patient whose */
async function askWhetherToWithdraw(
  portal: Portal,
  at: AtDesk,
  { from, ...whose }: { readonly from: string; readonly nhsNumber?: PatientVisit['nhsNumber'] },
): Promise<FastifyReply> {
  const issued = await listIssuedDetails(portal.house.deps, { odsCode: at.odsCode, ...whose });
  const row = issued.find((one) => one.id === param(at.request, 'issued'));
  // Used or withdrawn meanwhile, or of another practice.
  if (row?.state !== 'unused') return leadTo(at, from);
  const back = `${at.base}${from}`;
  return show(portal, at, 'withdraw', { row: describeIssued(at, row), cancelAddress: back }, { back });
}

/** Withdraws details; a letter with them that was not printed yet is thrown away. */
async function withdraw({ house }: Portal, at: AtDesk, issuedId: string): Promise<void> {
  const { odsCode, staff } = at;
  const { staffId } = staff;
  await house.transact(async (deps) => {
    const done = await withdrawIssuedDetails(deps, { id: issuedId, odsCode, staffId });
    if (done.outcome !== 'withdrawn') return;
    await deleteLettersOf(deps.db, { issuedId, odsCode });
    await writeAct(deps, { place: odsCode, staffId, type: 'withdrawn' });
  });
}

async function decide(
  { house }: Portal,
  { at, patient }: AtPatient,
  decision: {
    act: ActType;
    work: (
      deps: Deps,
      decided: { nhsNumber: PatientVisit['nhsNumber']; odsCode: AtDesk['odsCode']; staffId: string },
    ) => Promise<void>;
  },
): Promise<void> {
  const { odsCode, staff } = at;
  const { staffId } = staff;
  const { nhsNumber } = patient;
  await house.transact(async (deps) => {
    // A block that another practice has made is that practice’s to take back.
    if (decision.act === 'fast-track-unblocked') {
      const block = await readFastTrackBlock(deps, nhsNumber);
      if (block?.odsCode !== odsCode) return;
    }
    await decision.work(deps, { nhsNumber, odsCode, staffId });
    await writeAct(deps, { place: odsCode, staffId, type: decision.act, person: patient });
  });
}
