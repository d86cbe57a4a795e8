import {
  codePurposes,
  recoveryProofs,
  secondFactors,
  type ChangeEnding,
  type CodeChannel,
  type NumberKind,
} from '#accounts';
import { releasableScopes, type AgreementChange } from '#consent';
import { fileRefusals, imageProblems, type EvidenceKind, type UploadState } from '#evidence';
import { roughBrowsers, roughSystems } from '#foundation/http';
import { nations } from '#foundation/identifiers';
import { languages } from '#foundation/web';
import {
  authenticationFactors,
  decisionOutcomes,
  identityLevels,
  raisingReasons,
  registerMethods,
} from '#identity';
import { ownClientId } from '#openid';
import { activityTypes, quietTypes } from '#personal-data';
import {
  challengeWays,
  documentKinds,
  faceWays,
  scanActs,
  type AttemptState,
  type DocumentFinding,
  type DocumentReading,
  type IdentityCheckByStaff,
  type NoAccess,
} from '#proofing';
import { adviceThemes, type CaseState } from '#review';

/** Codes for which there are words. */
export interface Coded {
  /** Where those are: each below a key of its own, with a hyphen for a full stop. */
  readonly words: string;
  readonly codes: readonly string[];
  /** Others know it by its code, too, so that both are shown. */
  readonly isStandard?: true;
}

/** @returns all codes of a type: none can be left out */
const all = <C extends string>(codes: Readonly<Record<C, true>>): readonly string[] => Object.keys(codes);

const levels: Coded = { words: 'values.levels', codes: identityLevels, isStandard: true };
const factors: Coded = { words: 'values.factors', codes: authenticationFactors, isStandard: true };
const scopes: Coded = { words: 'values.scopes', codes: releasableScopes, isStandard: true };
const documents: Coded = { words: 'values.documents', codes: documentKinds };
const acts: Coded = { words: 'values.acts', codes: scanActs };
const problems: Coded = { words: 'values.problems', codes: imageProblems };
const ways: Coded = { words: 'values.ways', codes: challengeWays };
const lived: Coded = { words: 'values.nations', codes: nations };
const endings: Coded = {
  words: 'values.endings',
  codes: all<ChangeEnding>({ made: true, stopped: true, withdrawn: true, dropped: true }),
};
const unread = all<Extract<DocumentReading, { outcome: 'unread' }>['reason']>({
  nothing_found: true,
  busy: true,
  too_slow: true,
  failed: true,
});

const noAccess = all<NoAccess>({
  unknown: true,
  practice_not_enabled: true,
  account_not_valid: true,
  patient_not_found: true,
  too_young_or_not_competent: true,
  conflict: true,
  invalid_details: true,
  upstream_failure: true,
  invalid_nhs_number: true,
  invalid_provider: true,
  invalid_account_id: true,
  invalid_linkage_key: true,
  no_key_yet: true,
  of_another: true,
  used: true,
  practice_closed: true,
  practice_not_connected: true,
  not_offered: true,
  none: true,
});

/** What a practice may have looked at when it made registration details for somebody. */
const seenByPractice = [
  'passport',
  'driving-licence',
  'identity-card',
  'residence-permit',
  'proof-of-age-card',
  'bank-statement',
  'council-tax-bill',
  'utility-bill',
  'tenancy-agreement',
  'benefits-letter',
];

/** Which codes there may be in a field, or in a place within one; that of one section alone before that of all. */
export const codedFields: Readonly<Record<string, readonly Coded[]>> = {
  nation: [lived],
  homeNations: [lived],
  language: [{ words: 'values.languages', codes: languages }],
  level: [levels],
  levelBefore: [levels],
  levelAfter: [levels],
  scopeLevels: [levels],
  factors: [factors, { words: 'values.factors', codes: ['remembered-device'] }],
  scopes: [scopes],
  system: [{ words: 'values.systems', codes: roughSystems }],
  browser: [{ words: 'browsers', codes: roughBrowsers }],
  purpose: [
    {
      words: 'values.purposes',
      codes: [...codePurposes, 'recovery-code', 'authenticator-app'],
    },
  ],
  channel: [{ words: 'values.channels', codes: all<CodeChannel>({ email: true, sms: true, voice: true }) }],
  transports: [
    {
      words: 'values.transports',
      codes: ['internal', 'hybrid', 'cable', 'usb', 'nfc', 'ble', 'smart-card'],
    },
  ],
  'replacements.kind': [
    { words: 'values.numbers', codes: all<NumberKind>({ mobile: true, landline: true }) },
  ],
  lost: [{ words: 'values.secondFactors', codes: secondFactors }],
  ending: [endings],
  method: [{ words: 'values.methods', codes: registerMethods }],
  outcome: [{ words: 'values.outcomes', codes: decisionOutcomes }],
  reasons: [{ words: 'values.reasons', codes: raisingReasons }],
  documentKind: [documents],
  way: [ways],
  faceWay: [{ words: 'values.faceWays', codes: faceWays }],
  doubt: [{ words: 'values.doubts', codes: ['expired', 'unsure'] }],
  act: [acts],
  acts: [acts],
  problems: [problems],
  source: [{ words: 'values.sources', codes: ['machine_zone', 'driver_number', 'text'] }],
  findings: [
    {
      words: 'values.findings',
      codes: all<DocumentFinding>({ expired_too_long: true, number_wrong: true, details_differ: true }),
    },
  ],
  'attempts.state': [
    {
      words: 'values.attemptStates',
      codes: all<AttemptState>({ open: true, submitted: true, abandoned: true }),
    },
  ],
  'attempts.outcome': [
    {
      words: 'values.readings',
      codes: all<DocumentReading['outcome']>({ read: true, unread: true }),
    },
  ],
  'attempts.reason': [{ words: 'values.unread', codes: unread }],
  'gpAccess.reason': [{ words: 'values.noAccess', codes: noAccess }],
  checkWay: [
    {
      words: 'values.checkWays',
      codes: all<IdentityCheckByStaff['way']>({
        documents: true,
        vouching: true,
        'vouching-with-record': true,
      }),
    },
  ],
  checkDocuments: [{ words: 'values.seenByPractice', codes: seenByPractice }],
  challengeWay: [ways, { words: 'values.ways', codes: ['scan'] }],
  'cases.state': [
    {
      words: 'values.caseStates',
      codes: [
        'under_way',
        ...all<Extract<CaseState, 'approved' | 'declined' | 'void'>>({
          approved: true,
          declined: true,
          void: true,
        }),
      ],
    },
  ],
  advice: [{ words: 'values.advice', codes: adviceThemes }],
  kind: [{ words: 'values.kinds', codes: all<EvidenceKind>({ image: true, video: true }) }],
  mediaType: [
    { words: 'values.mediaTypes', codes: ['image/jpeg', 'video/mp4', 'video/webm'], isStandard: true },
  ],
  'uploads.state': [
    {
      words: 'values.uploadStates',
      codes: all<UploadState>({ arriving: true, arrived: true, received: true, refused: true }),
    },
  ],
  refusal: [{ words: 'values.refusals', codes: fileRefusals }],
  change: [
    {
      words: 'values.changes',
      codes: all<AgreementChange['change']>({ agreed: true, withdrawn: true }),
    },
  ],
  type: [
    { words: 'types', codes: activityTypes },
    { words: 'values.types', codes: quietTypes.filter((type) => !activityTypes.includes(type)) },
  ],
  by: [{ words: 'values.by', codes: ['owner', 'reset-link', 'link', 'sign-in', ...recoveryProofs] }],
  service: [{ words: 'values.services', codes: [ownClientId] }],
  from: [{ words: 'values.services', codes: [ownClientId] }],
  services: [{ words: 'values.services', codes: [ownClientId] }],
};

/** What places within a field may be called, if they have a name. */
export const codedPlaces: Readonly<Record<string, readonly Coded[]>> = {
  scopeLevels: [scopes],
  content: [
    {
      words: 'places',
      codes: [
        'reading',
        'documentKind',
        'front',
        'back',
        'way',
        'sentVideo',
        'video',
        'faceWay',
        'leaveAt',
        'scan',
        'fileId',
        'problems',
        'isKept',
        'doubt',
        'takenBy',
        'challengeId',
        'digits',
        'scanId',
        'acts',
        'act',
        'fileIds',
        'isDone',
        'judgedWith',
        'outcome',
        'reason',
        'source',
        'expires',
        'findings',
        'isWhole',
        'agrees',
        'confidence',
      ],
    },
  ],
};

/** A level and factors that were reached together, such as `P9.Cp.Cd`. */
export const combined: Readonly<Record<string, readonly Coded[]>> = { vot: [levels, factors] };
