import { randomBytes, randomUUID } from 'node:crypto';
import {
  recordSignIn,
  rememberDevice,
  requestEmailChange,
  requestPasswordReset,
  requestReplacement,
  sendSecurityCode,
  setLandline,
} from '#accounts';
import { agree, keepClientMetadata } from '#consent';
import { openBundle, receiveFile } from '#evidence';
import { secondsAfter } from '#foundation/clock';
import { readOdsCode, type NhsNumber } from '#foundation/identifiers';
import { blockFastTrack, recordCompetence, recordDecision } from '#identity';
import { keepDetailsUsed, recordIssuedDetails } from '#proofing';
import { submitCase } from '#review';
import { changeAttempt, openAttempt } from '../../src/proofing/capture/attempts.ts';
import type { TestApp } from './app.ts';
import { gpCredentials, madeUpNhsNumber, makeKnown } from './identities.ts';
import { drawPicture } from './pictures.ts';
import type { TestService } from './service.ts';
import { signedInForSettings, type Settler } from './settings-walks.ts';
import { agree as pressAgree } from './walks.ts';

/** Somebody of whom every table has something. */
export interface LivedIn extends Settler {
  readonly nhsNumber: NhsNumber;
  /** What is known of them in words that nobody else has, by what it is. */
  readonly known: Readonly<Record<string, string>>;
}

const practice = (() => {
  const code = readOdsCode(gpCredentials.gpOdsCode);
  if (code === undefined) throw new Error('a test has no practice');
  return code;
})();
const staffId = '4f8e5f5e-6a3e-4a53-9f4b-1d7f0a3c0001';

/** Lets somebody use their login in every way that there is. @param name a word that stands in nothing else */
export async function liveIn(app: TestApp, service: TestService, name: string): Promise<LivedIn> {
  const settler = await signedInForSettings(app, name);
  const nhsNumber = madeUpNhsNumber();
  const known = {
    email: settler.who.email,
    newEmail: `${name}.new@people.example`,
    phone: settler.phone,
    landline: `+4416329600${String(10 + name.length)}`,
    familyName: `Family-${name}`,
    givenName: `Given-${name}`,
    birthdate: `1980-05-${String(10 + name.length)}`,
    linkageKey: `linkage-${name}`,
    newPhone: `+4477009008${String(10 + name.length)}`,
    note: `note-${name}`,
    issuedTo: `Issued-${name}`,
    passkey: `Passkey of ${name}`,
    read: `read-${name}`,
  };
  const lived = { ...settler, nhsNumber, known };
  await signIn(lived, service);
  await useLogin(lived, service);
  await sendProofs(lived);
  await beProven(lived);
  await fillTheRest(lived);
  return lived;
}

async function signIn({ app, who, browser }: LivedIn, service: TestService): Promise<void> {
  await browser.open(await service.requestAddress({ scope: 'openid email', vtr: '["P0.Cp"]' }));
  await service.finish(await pressAgree({ app, service, who, browser }));
}

async function useLogin({ app, accountId, known }: LivedIn, { clientId }: TestService): Promise<void> {
  const { house } = app.home;
  await house.transact(async (deps) => {
    const { email = '', newEmail = '', phone = '', landline = '', newPhone = '', note = '' } = known;
    await setLandline(deps, { accountId, landline });
    await rememberDevice(deps, { accountId });
    await recordSignIn(deps, { accountId, clientId, provenAt: deps.clock.now() });
    await sendSecurityCode(deps, {
      purpose: 'sign-in',
      channel: 'sms',
      destination: phone,
      boundTo: accountId,
      accountId,
      language: 'en',
      remoteAddress: '192.0.2.7',
    });
    const linkTo = (token: string) => `${app.origin}/link/${token}`;
    await requestPasswordReset(deps, { email, language: 'en', remoteAddress: '192.0.2.7', linkTo });
    await requestEmailChange(deps, { accountId, email: newEmail, provenAt: deps.clock.now(), linkTo });
    await requestReplacement(deps, {
      accountId,
      provenAt: deps.clock.now(),
      kind: 'mobile',
      number: newPhone,
      lost: ['mobile'],
      by: 'old-number',
      language: 'en',
      linkTo,
    });
    await agree(deps, { accountId, clientId, scopes: ['client_metadata'], level: 'P0' });
    await keepClientMetadata(deps, { accountId, clientId, value: note });
  });
  await app.linkFor(known['email'] ?? '');
}

async function sendProofs({ app, accountId, known, nhsNumber }: LivedIn): Promise<void> {
  const { house } = app.home;
  const { familyName = '', givenName = '', birthdate = '', read = '' } = known;
  const details = { familyName, givenName, birthdate };
  await makeKnown(app.home, { accountId, level: 'P5', nhsNumber, details });
  const keptUntil = secondsAfter(house.clock.now(), 24 * 3600);
  const bundleId = await openBundle(house.deps, { accountId, purpose: 'photo-id-video', keptUntil });
  const content = [await drawPicture()];
  if (app.evidence === undefined) throw new Error('a test has nowhere to keep photos');
  const received = await receiveFile(house, app.evidence, { bundleId, kind: 'image', content });
  if (received.outcome !== 'received') throw new Error(`a test could not send a photo: ${received.reason}`);
  const frontId = received.file.id;
  await house.transact(async (deps) => {
    const attempt = await openAttempt(deps, { accountId, method: 'photo-id-video' });
    await changeAttempt(deps, {
      accountId,
      attemptId: attempt.id,
      change: (sofar) => ({
        ...sofar,
        documentKind: 'passport',
        front: { fileId: frontId, problems: ['glare'], isKept: true, doubt: 'unsure' },
        way: 'say',
        faceWay: 'scan',
        leaveAt: house.clock.now().toISOString(),
        scan: { scanId: randomUUID(), acts: [{ act: 'turn-left', fileIds: [] }], isDone: true },
      }),
      reading: {
        outcome: 'read',
        source: 'machine_zone',
        findings: ['details_differ'],
        expires: '2031-02-03',
        isWhole: true,
        surname: read,
      },
    });
    await submitCase(deps, {
      accountId,
      method: 'photo-id-video',
      bundleId,
      evidence: {
        document: { kind: 'passport', frontId },
        video: { fileId: randomUUID(), way: 'say', digits: [1, 2, 3, 4] },
      },
    });
  });
}

async function beProven({ app, accountId, known, nhsNumber }: LivedIn): Promise<void> {
  const { linkageKey = '', issuedTo = '', familyName = '', givenName = '', birthdate = '' } = known;
  const details = { familyName, givenName, birthdate };
  await makeKnown(app.home, { accountId, level: 'P9', nhsNumber, details, withGpCredentials: true });
  await app.home.house.transact(async (deps) => {
    const level = { before: 'P5', after: 'P9' } as const;
    await recordDecision(deps, {
      accountId,
      method: 'fast-track',
      outcome: 'raised',
      level,
      reasons: ['practice_check'],
      evidence: { checked: 'evidence' },
    });
    const decided = { nhsNumber, odsCode: practice, staffId };
    await recordCompetence(deps, decided);
    await blockFastTrack(deps, decided);
    const three = { odsCode: practice, gpUserId: 'gp-user', gpLinkageKey: linkageKey };
    await recordIssuedDetails(deps, {
      ...three,
      nhsNumber,
      person: { givenName: 'Iss', familyName: issuedTo },
      check: { way: 'documents', staffId, documents: ['passport'], at: deps.clock.now() },
    });
    await keepDetailsUsed(deps, { accountId, details: three });
  });
}

/** What nobody can easily be led to from outside is put where it would be. */
async function fillTheRest({ app, accountId, known }: LivedIn): Promise<void> {
  const { pool } = app.home.house.database;
  const now = app.home.clock.now();
  const soon = secondsAfter(now, 600);
  const [{ id: attemptId }] = (
    await pool.query<{ id: string }>('SELECT id FROM proofing.attempt WHERE account_id = $1', [accountId])
  ).rows as [{ id: string }];
  const [{ id: caseId, bundle_id: bundleId }] = (
    await pool.query<{ id: string; bundle_id: string }>(
      'SELECT id, bundle_id FROM review.case WHERE account_id = $1',
      [accountId],
    )
  ).rows as [{ id: string; bundle_id: string }];
  const [{ id: fileId }] = (
    await pool.query<{ id: string }>(
      'SELECT f.id FROM evidence.file f JOIN evidence.content c ON c.id = f.id WHERE bundle_id = $1',
      [bundleId],
    )
  ).rows as [{ id: string }];
  await pool.query(
    'UPDATE accounts.account SET unused_written_at = $2, unused_told_at = $2, unreached_since = $2, unreached_at = $2, unreached_tries = 1 WHERE id = $1',
    [accountId, now],
  );
  const bytes = randomBytes(12);
  const rows: [string, Record<string, unknown>][] = [
    [
      'accounts.passkey',
      {
        id: randomUUID(),
        account_id: accountId,
        credential_id: randomBytes(16),
        public_key: bytes,
        sign_count: 7,
        transports: ['internal'],
        is_synced: true,
        name: known['passkey'],
        created_at: now,
        last_used_at: soon,
      },
    ],
    [
      'accounts.uaf_key',
      {
        id: randomUUID(),
        account_id: accountId,
        client_id: 'health-app',
        aaid: 'EBA0#0001',
        key_id: randomBytes(16),
        public_key: bytes,
        sign_count: 3,
        created_at: now,
        last_used_at: soon,
      },
    ],
    [
      'accounts.authenticator_app',
      { account_id: accountId, sealed_secret: bytes, last_step: 58_000_000, added_at: now },
    ],
    ['accounts.recovery_code', { account_id: accountId, mac: randomUUID(), made_at: now }],
    [
      'proofing.video_challenge',
      {
        attempt_id: attemptId,
        challenge_id: randomUUID(),
        digits: [4, 3, 2, 1],
        drawn_at: now,
        expires_at: soon,
      },
    ],
    [
      'proofing.hand_over',
      {
        id: randomUUID(),
        attempt_id: attemptId,
        session_uid: randomUUID(),
        signed_in_at: now,
        client_name: 'Riverside',
        opened_at: now,
        expires_at: soon,
      },
    ],
    ['proofing.connection', { account_id: accountId, ods_code: practice, sealed_token: bytes, made_at: now }],
    [
      'proofing.half_connection',
      { account_id: accountId, details_key: 'key', sealed_token: bytes, kept_until: soon },
    ],
    [
      'proofing.gp_access',
      {
        account_id: accountId,
        ods_code: practice,
        next_check_at: now,
        next_renewal_at: soon,
        renewals: 3,
        reason: 'practice_closed',
      },
    ],
    [
      'evidence.upload',
      {
        id: randomUUID(),
        bundle_id: bundleId,
        kind: 'video',
        length: 12345,
        state: 'refused',
        refusal: 'damaged',
        begun_at: now,
        turn: 1,
        looks: 0,
        expires_at: soon,
      },
    ],
    [
      'face_checks.scan',
      {
        attempt_id: attemptId,
        account_id: accountId,
        scan_id: randomUUID(),
        provider: 'somebody',
        acts: ['look-straight', 'turn-left'],
        taken: 1,
        repeats: 2,
        sealed_measured: bytes,
        begun_at: now,
        expires_at: soon,
      },
    ],
    ['evidence.look', { file_id: fileId, reader: `owner ${accountId}`, looked_at: now }],
    [
      'review.answer',
      {
        of_id: caseId,
        case_id: caseId,
        question: 'front',
        answer: 'yes',
        answered_by: staffId,
        answered_at: now,
      },
    ],
    [
      'review.trace',
      { case_id: caseId, asked_for: 'own_number', outcome: 'found', sealed_entry: bytes, asked_at: now },
    ],
    ['review.second_check', { id: randomUUID(), case_id: caseId, state: 'queued', chosen_at: now }],
    ['review.claim', { staff_id: staffId, case_id: caseId, claimed_at: now }],
    [
      'openid.ticket',
      {
        id: randomBytes(32),
        request_uid: bytes,
        result: '{}',
        account_id: accountId,
        issued_at: now,
        expires_at: soon,
      },
    ],
  ];
  for (const [table, row] of rows) {
    const places = Object.keys(row).map((_, index) => `$${index + 1}`);
    await pool.query(
      `INSERT INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${places.join(', ')})`,
      Object.values(row),
    );
  }
}
