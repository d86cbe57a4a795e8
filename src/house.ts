/**
 * The rooms of the house, and for each the rooms whose doors it may open. Everything else is a wall.
 * The walls are enforced from this table; see `docs/house.md`.
 */
export const doors = {
  pds: [],
  'gp-systems': [],
  messaging: [],
  partners: [],
  evidence: [],
  'face-checks': [],
  accounts: ['messaging'],
  identity: ['accounts', 'pds'],
  review: ['identity', 'accounts', 'pds', 'gp-systems', 'messaging', 'evidence'],
  proofing: ['identity', 'accounts', 'pds', 'gp-systems', 'messaging', 'evidence', 'review', 'face-checks'],
  consent: ['accounts', 'identity', 'partners'],
  guidance: ['partners', 'identity'],
  openid: ['accounts', 'identity', 'pds', 'consent', 'partners'],
  journeys: [
    'pds',
    'gp-systems',
    'messaging',
    'partners',
    'accounts',
    'identity',
    'proofing',
    'consent',
    'openid',
    'evidence',
    'review',
  ],
  portals: ['pds', 'gp-systems', 'messaging', 'accounts', 'identity', 'proofing', 'evidence', 'review'],
  sandbox: [
    'pds',
    'gp-systems',
    'messaging',
    'partners',
    'accounts',
    'identity',
    'proofing',
    'consent',
    'openid',
    'evidence',
    'face-checks',
    'review',
    'journeys',
    'portals',
  ],
} as const;

export type Room = keyof typeof doors;
