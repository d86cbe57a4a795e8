import { type TableEntry, ofThePractice, withTheLogin } from './entry.ts';

/** Who somebody is. */
export const identity = {
  'identity.record': {
    whose: 'owner',
    holds: 'who the owner is known to be, encrypted; GP credentials, encrypted',
    kept: withTheLogin,
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
    stays: ofThePractice,
  },
  'identity.fast_track_block': {
    whose: 'practices',
    holds: 'that a practice’s earlier check of somebody must not be relied on',
    kept: 'until the practice takes it back',
    section: 'fastTrackBlocks',
    omitted: { nhs_number_key: 'register', blocked_by: 'staff' },
    stays: ofThePractice,
  },
  'identity.minimum_age': { whose: 'practices', holds: 'from which age the highest level can be reached' },
} as const satisfies Record<string, TableEntry>;
