/**
 * The rooms of the house, and for each the rooms whose doors it may open. Everything else is a wall.
 * The walls are enforced from this table; see `docs/house.md`.
 */
export const doors = {
  pds: [],
  'gp-systems': [],
  messaging: [],
  partners: [],
  accounts: ['messaging'],
  identity: ['accounts', 'pds'],
  proofing: ['identity', 'accounts', 'pds', 'gp-systems', 'messaging'],
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
  ],
  portals: ['pds', 'gp-systems', 'messaging', 'accounts', 'identity', 'proofing'],
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
    'journeys',
    'portals',
  ],
} as const;

export type Room = keyof typeof doors;
