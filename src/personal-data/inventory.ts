/** Why a column is not in the download as it stands. */
export const omissions = {
  secret: 'what would let somebody in, or a hash or key that is worth something only while nobody sees it',
  inner: 'how rows belong together, or how work on them stands: nothing that is about the person',
  opened: 'it is encrypted where it is kept; what it says is in the download',
  staff: 'who of the staff acted',
  judgement:
    'what people who check thought, or what would tell how checks find fraud; a person decides what may be given when it is asked for',
  register: 'an NHS number that was found in the register is never shown whole; its last four digits are',
} as const;
export type Omission = keyof typeof omissions;

/** Somebody's own table: in the download, and gone when they close their login. */
interface OwnTable {
  readonly whose: 'owner';
  readonly holds: string;
  readonly kept: string;
  /** The section of the download in which its rows are; why there is none, if there is none. */
  readonly section?: string;
  readonly notTold?: string;
  readonly omitted?: Readonly<Record<string, Omission>>;
  /** What stays of it when the account is closed, and why; nothing if left out. */
  readonly stays?: string;
}

/** Of nobody's account; something about a person may be in it all the same. */
interface OtherTable {
  readonly whose: 'nobody' | 'staff' | 'services' | 'practices' | 'sandbox';
  readonly holds: string;
  /** For how long, where it can be about a person. */
  readonly kept?: string;
  /** The section of the download, where somebody who is proven is told it. */
  readonly section?: string;
  readonly omitted?: Readonly<Record<string, Omission>>;
  /** Why it stays when an account is closed, where it can be about its owner. */
  readonly stays?: string;
}

export type TableEntry = OwnTable | OtherTable;

const account = 'as long as the login';
const number =
  'It is the practice’s record of its own patient, known by a keyed hash of the NHS number and not by a login.';

/** The login itself and how somebody signs in. */
const accounts = {
  'accounts.account': {
    whose: 'owner',
    holds: 'the login: address, numbers, where somebody lives, language, when it was used last',
    kept: account,
    section: 'login',
    omitted: { email_key: 'inner' },
  },
  'accounts.password': {
    whose: 'owner',
    holds: 'a slow hash of the password',
    kept: account,
    section: 'password',
    omitted: { account_id: 'inner', hash: 'secret' },
  },
  'accounts.security_code': {
    whose: 'owner',
    holds: 'security codes on their way, as keyed hashes',
    kept: 'an hour at most',
    section: 'securityCodes',
    omitted: {
      account_id: 'inner',
      bound_to: 'secret',
      id: 'secret',
      mac: 'secret',
      sealed_destination: 'opened',
    },
  },
  'accounts.remembered_device': {
    whose: 'owner',
    holds: 'devices that need no security code',
    kept: '180 days without use',
    section: 'rememberedDevices',
    omitted: { id: 'inner', account_id: 'inner', token_hash: 'secret' },
  },
  'accounts.password_reset': {
    whose: 'owner',
    holds: 'links to choose a new password, as hashes',
    kept: '30 days past their hour',
    section: 'passwordLinks',
    omitted: { account_id: 'inner', token_hash: 'secret' },
  },
  'accounts.passkey': {
    whose: 'owner',
    holds: 'the public halves of passkeys',
    kept: 'until they are removed',
    section: 'passkeys',
    omitted: { account_id: 'inner', id: 'inner', credential_id: 'secret', public_key: 'secret' },
  },
  'accounts.authenticator_app': {
    whose: 'owner',
    holds: 'the secret of an authenticator app, encrypted',
    kept: 'until it is removed',
    section: 'authenticatorApp',
    omitted: { account_id: 'inner', sealed_secret: 'secret', last_step: 'inner' },
  },
  'accounts.recovery_code': {
    whose: 'owner',
    holds: 'one-time recovery codes, as keyed hashes',
    kept: 'until they are used or made anew',
    section: 'recoveryCodes',
    omitted: { account_id: 'inner', mac: 'secret' },
  },
  'accounts.replacement': {
    whose: 'owner',
    holds: 'new numbers that wait to take the place of lost ones, or did, encrypted',
    kept: '30 days past their time',
    section: 'replacements',
    omitted: { id: 'inner', account_id: 'inner', token_hash: 'secret', sealed_change: 'opened' },
  },
  'accounts.answered_challenge': {
    whose: 'nobody',
    holds: 'hashes of challenges of passkeys that were answered, so that none is answered twice',
  },
  'accounts.email_change': {
    whose: 'owner',
    holds: 'new addresses that wait to take the place of the old one, or did',
    kept: '30 days past their time',
    section: 'emailChanges',
    omitted: { account_id: 'inner', token_hash: 'secret' },
  },
} as const satisfies Record<string, TableEntry>;

/** Who somebody is. */
const identity = {
  'identity.record': {
    whose: 'owner',
    holds: 'who the owner is known to be, encrypted; GP credentials, encrypted',
    kept: account,
    section: 'identity',
    omitted: {
      account_id: 'inner',
      nhs_number_key: 'register',
      sealed_details: 'opened',
      sealed_gp_credentials: 'opened',
      standing: 'judgement',
    },
  },
  'identity.decision': {
    whose: 'owner',
    holds: 'what was decided about a level of identity, as codes',
    kept: '8 years, or as long as the login if that is shorter',
    section: 'identityDecisions',
    omitted: { id: 'inner', account_id: 'inner', reasons: 'judgement' },
  },
  'identity.evidence': {
    whose: 'owner',
    holds: 'what a decision rested on, encrypted',
    kept: '`BEVAN_EVIDENCE_RETENTION_DAYS` (183 days)',
    notTold: 'It says which checks were made and what each came to.',
  },
  'identity.competence': {
    whose: 'practices',
    holds: 'that a practice has found a young person able to decide for themselves',
    kept: 'until nobody is young enough for it to matter',
    section: 'competence',
    omitted: { nhs_number_key: 'register', recorded_by: 'staff' },
    stays: number,
  },
  'identity.fast_track_block': {
    whose: 'practices',
    holds: 'that a practice’s earlier check of somebody must not be relied on',
    kept: 'until the practice takes it back',
    section: 'fastTrackBlocks',
    omitted: { nhs_number_key: 'register', blocked_by: 'staff' },
    stays: number,
  },
  'identity.minimum_age': { whose: 'practices', holds: 'from which age the highest level can be reached' },
} as const satisfies Record<string, TableEntry>;

/** What somebody shares, and where they are signed in. */
const sharing = {
  'consent.agreement': {
    whose: 'owner',
    holds: 'what somebody shares with which service',
    kept: 'until they stop',
    section: 'agreements',
    omitted: { account_id: 'inner' },
  },
  'consent.agreement_history': {
    whose: 'owner',
    holds: 'how that came about',
    kept: account,
    section: 'agreementChanges',
    omitted: { id: 'inner', account_id: 'inner' },
  },
  'consent.client_metadata': {
    whose: 'owner',
    holds: 'a service’s note about somebody, encrypted',
    kept: 'as long as the agreement',
    section: 'serviceNotes',
    omitted: { account_id: 'inner', sealed_value: 'opened' },
  },
  'openid.entity': {
    whose: 'owner',
    holds: 'sessions, requests under way and codes, encrypted, under digests of their names',
    kept: 'an hour without use for a session and a request, minutes for a code',
    section: 'sessions',
    omitted: {
      model: 'inner',
      id: 'secret',
      uid: 'secret',
      sealed_payload: 'opened',
      consumed_at: 'inner',
      ended_at: 'inner',
      account_id: 'inner',
    },
  },
  'openid.token_family': {
    whose: 'owner',
    holds: 'which services were given tokens, without the tokens',
    kept: '30 days without use',
    section: 'tokens',
    omitted: { family: 'secret', account_id: 'inner', session_uid: 'secret' },
  },
  'openid.ticket': {
    whose: 'owner',
    holds: 'the end of a sign-in on its way back to the service',
    kept: 'a minute',
    notTold: 'It is gone before anybody could read it.',
  },
} as const satisfies Record<string, TableEntry>;

/** What somebody has sent to prove who they are, and what became of it. */
const proofs = {
  'proofing.attempt': {
    whose: 'owner',
    holds: 'what somebody has put together to prove who they are, encrypted',
    kept: '30 days if it was not sent, a year if it was',
    section: 'attempts',
    omitted: { id: 'inner', account_id: 'inner', bundle_id: 'inner', sealed_captured: 'opened' },
  },
  'proofing.video_challenge': {
    whose: 'owner',
    holds: 'the numbers that a video has to show',
    kept: 'as long as the attempt',
    section: 'videoNumbers',
    omitted: { attempt_id: 'inner', challenge_id: 'inner', upload_id: 'inner' },
  },
  'proofing.hand_over': {
    whose: 'owner',
    holds: 'leave for another device to add to an attempt',
    kept: 'as long as the attempt',
    section: 'otherDevices',
    omitted: { id: 'inner', attempt_id: 'inner', code_key: 'secret', session_uid: 'secret' },
  },
  'proofing.used_details': {
    whose: 'owner',
    holds: 'keyed hashes of registration details that have proven somebody',
    kept: 'as long as the login, and 8 years more',
    section: 'gpDetailsUsed',
    omitted: { account_id: 'inner', details_key: 'secret' },
    stays: 'The hash alone, without whose it was: the same details must not prove a second person.',
  },
  'proofing.connection': {
    whose: 'owner',
    holds: 'the connection to somebody’s online account at their practice, encrypted',
    kept: account,
    section: 'gpConnections',
    omitted: { account_id: 'inner', sealed_token: 'secret' },
  },
  'proofing.half_connection': {
    whose: 'owner',
    holds: 'a connection that is not complete, encrypted',
    kept: 'until the details expire',
    section: 'gpConnectionsBegun',
    omitted: { account_id: 'inner', details_key: 'secret', sealed_token: 'secret' },
  },
  'proofing.gp_access': {
    whose: 'owner',
    holds: 'how it stands with access to the practice’s online services',
    kept: account,
    section: 'gpAccess',
    omitted: { account_id: 'inner', sealed_pending: 'secret' },
  },
  'proofing.issued_details': {
    whose: 'practices',
    holds: 'that a practice has issued registration details, and to whom, encrypted',
    kept: '2 years',
    section: 'gpDetailsIssued',
    omitted: {
      id: 'inner',
      person_key: 'register',
      sealed_person: 'opened',
      details_key: 'secret',
      checked_by: 'staff',
      withdrawn_by: 'staff',
    },
    stays: number,
  },
  'review.case': {
    whose: 'owner',
    holds: 'a check of photos or a video by a person, as codes; notes, encrypted',
    kept: '8 years; notes and answers as long as the evidence',
    section: 'cases',
    omitted: {
      id: 'inner',
      account_id: 'inner',
      person_key: 'register',
      bundle_id: 'inner',
      evidence: 'inner',
      presets: 'judgement',
      state: 'judgement',
      list: 'judgement',
      claimed_by: 'staff',
      claimed_at: 'staff',
      last_active_at: 'staff',
      added_by: 'staff',
      held_at: 'judgement',
      holding_reason: 'judgement',
      sealed_holding_note: 'judgement',
      decision: 'judgement',
      reason: 'judgement',
      ticks: 'judgement',
      sealed_note: 'judgement',
      decided_by: 'staff',
      decided_at: 'judgement',
      processing_until: 'judgement',
      is_revised: 'judgement',
      ending: 'judgement',
      version: 'inner',
      seen_by: 'staff',
    },
    stays:
      'What was decided when, by whom and by which code, without whose case it was: so that decisions of staff can be looked into for 8 years.',
  },
  'review.answer': {
    whose: 'owner',
    holds: 'what was answered about a case',
    kept: 'as long as the evidence',
    notTold: 'It says which checks were made and what each came to.',
  },
  'review.trace': {
    whose: 'owner',
    holds: 'what the national register answered about a case, encrypted',
    kept: 'as long as the evidence',
    notTold:
      'It is the register’s entry, which may be another person’s: the register itself says what it holds about somebody.',
  },
  'review.second_check': {
    whose: 'owner',
    holds: 'a second look at a case',
    kept: 'as long as the case',
    notTold: 'It says what people who check thought.',
    stays: 'As the case: who looked again and whether they agreed, without whose case it was.',
  },
  'review.claim': {
    whose: 'staff',
    holds: 'who of the staff was given which case',
    kept: 'a day',
    stays: 'It names a case and not whose it is.',
  },
  'evidence.bundle': {
    whose: 'owner',
    holds: 'the key of what somebody has sent, encrypted',
    kept: '`BEVAN_EVIDENCE_RETENTION_DAYS` after the decision; 30 days if it was not sent',
    section: 'bundles',
    omitted: { account_id: 'inner', sealed_key: 'secret' },
  },
  'evidence.content': {
    whose: 'owner',
    holds: 'how long a file is',
    kept: 'as the bundle',
    section: 'files',
    omitted: { turn: 'inner', has_objects: 'inner', unfinished_until: 'inner' },
  },
  'evidence.chunk': {
    whose: 'owner',
    holds: 'the files, encrypted; or where they are in the store',
    kept: 'as the bundle',
    notTold: 'Each file can be downloaded by itself.',
  },
  'evidence.file': {
    whose: 'owner',
    holds: 'what kind of file it is',
    kept: 'as the bundle',
    section: 'files',
  },
  'evidence.upload': {
    whose: 'owner',
    holds: 'files on their way',
    kept: '`BEVAN_EVIDENCE_UPLOAD_HOURS`',
    section: 'uploads',
    omitted: {
      id: 'inner',
      bundle_id: 'inner',
      file_id: 'inner',
      turn: 'inner',
      turn_until: 'inner',
      looks: 'inner',
      nudged_at: 'inner',
    },
  },
  'evidence.look': {
    whose: 'owner',
    holds: 'who looked at a file last',
    kept: 'as the file',
    notTold: 'It names staff.',
  },
  'evidence.removal': {
    whose: 'nobody',
    holds: 'names of objects that are to be removed from a store',
    kept: 'an hour',
    stays: 'It is what removes the files.',
  },
} as const satisfies Record<string, TableEntry>;

/** What stays, and what belongs to nobody. */
const rest = {
  'audit.event': {
    whose: 'owner',
    holds: 'what happened, as codes, with the number of the account; never a name, address or other detail',
    kept: '8 years',
    section: 'activity',
    omitted: { id: 'inner', account_id: 'inner', details: 'judgement', expires_at: 'inner' },
    stays:
      'All of it: the trail can’t be changed by anybody, so that misuse can be found years later. Nothing in it says whose account the number was.',
  },
  'audit.unsealed': { whose: 'nobody', holds: 'which events are not sealed yet' },
  'audit.seal': { whose: 'nobody', holds: 'the hash chain of the audit trail' },
  'journey.visit': {
    whose: 'nobody',
    holds: 'pages under way, with what was typed, encrypted; the browser as a keyed hash',
    kept: 'a day at most',
    stays: 'It is not known whose it is until its own browser opens it.',
  },
  'security.limit_count': {
    whose: 'nobody',
    holds: 'how often something was tried, by a keyed hash of an address, a number or a network',
    kept: 'a day at most',
    stays: 'Closing a login must not lift a lock.',
  },
  'messaging.outgoing_message': {
    whose: 'nobody',
    holds: 'messages on their way, encrypted',
    kept: 'until they are sent, three days at most',
    stays: 'The last one says that the login is closed.',
  },
  'jobs.job': {
    whose: 'nobody',
    holds: 'work on queues: numbers of rows, and of accounts where the work is about one',
    kept: 'a week after it is done',
    stays: 'The number of an account alone, which leads to nothing any more.',
  },
  'messaging.inbox_message': {
    whose: 'sandbox',
    holds: 'what would have been sent, in the place of mailboxes and phones',
    stays: 'It stands for mailboxes that are not ours.',
  },
  'openid.published_key': { whose: 'nobody', holds: 'which keys sign' },
  'openid.signing_key': { whose: 'nobody', holds: 'the keys that sign, encrypted' },
  'openid.pushed_request': {
    whose: 'services',
    holds: 'requests that services push, encrypted; they may name an address',
    kept: 'minutes',
    stays: 'It is gone within minutes.',
  },
  'openid.spent_assertion': { whose: 'services', holds: 'digests of assertions that were used' },
  'partners.client': { whose: 'services', holds: 'registrations of services' },
  'pds.turn': { whose: 'nobody', holds: 'when the register may be asked next' },
  'pds.simulated_patient': {
    whose: 'sandbox',
    holds: 'made-up people of the simulated register',
    stays: 'It stands for a register that is not ours.',
  },
  'pds.simulated_fault': { whose: 'sandbox', holds: 'what the simulated register does wrong' },
  'pds.simulated_assertion': { whose: 'sandbox', holds: 'assertions that it took' },
  'gp_systems.practice': { whose: 'practices', holds: 'practices' },
  'gp_systems.former_supplier': { whose: 'practices', holds: 'which systems practices had' },
  'gp_systems.succession': { whose: 'practices', holds: 'which practices became which' },
  'gp_systems.simulated_patient': {
    whose: 'sandbox',
    holds: 'made-up patients of the simulated GP systems',
    stays: 'It stands for systems that are not ours.',
  },
  'gp_systems.simulated_account': {
    whose: 'sandbox',
    holds: 'their online accounts',
    stays: 'It stands for systems that are not ours.',
  },
  'gp_systems.simulated_connection': {
    whose: 'sandbox',
    holds: 'what is connected to those',
    stays: 'It stands for systems that are not ours.',
  },
  'gp_systems.simulated_fault': { whose: 'sandbox', holds: 'what the simulated systems do wrong' },
  'sandbox.request': {
    whose: 'sandbox',
    holds: 'the last requests of services, explained for their developers',
    stays: 'People of a sandbox are made up.',
  },
  'portals.staff': { whose: 'staff', holds: 'logins of staff' },
  'portals.member': { whose: 'staff', holds: 'who works where' },
  'portals.session': { whose: 'staff', holds: 'where staff are signed in' },
  'portals.invitation': { whose: 'staff', holds: 'invitations of staff' },
  'portals.patient_visit': {
    whose: 'practices',
    holds: 'a patient whose details are being issued, encrypted',
    kept: 'an hour',
    stays: number,
  },
  'portals.letter': {
    whose: 'practices',
    holds: 'a letter on its way to paper, encrypted',
    kept: 'a quarter of an hour',
    stays: number,
  },
  'portals.issue': {
    whose: 'practices',
    holds: 'why details were issued to a patient, and to whom, encrypted',
    kept: '2 years',
    stays: number,
  },
  'portals.act': {
    whose: 'practices',
    holds: 'what staff have done, with a patient’s initials, encrypted',
    kept: '8 years',
    stays: number,
  },
  'review.target': { whose: 'staff', holds: 'how long a check should take' },
  'storage.migration': { whose: 'nobody', holds: 'which migrations have run' },
} as const satisfies Record<string, TableEntry>;

/** Every table of the database, but for those in which the queues' machinery keeps itself. */
export const inventory: Readonly<Record<string, TableEntry>> = {
  ...accounts,
  ...identity,
  ...sharing,
  ...proofs,
  ...rest,
};
