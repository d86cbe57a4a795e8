/**
 * The rooms of the house, and for each the rooms whose doors it may open. Everything else is a wall.
 * The walls are enforced from this table; see `docs/house.md`.
 */
export const doors = {
  pds: [],
  messaging: [],
  partners: [],
  accounts: ['messaging'],
  identity: ['accounts', 'pds'],
  consent: ['accounts', 'identity', 'partners'],
  guidance: ['partners', 'identity'],
  openid: ['accounts', 'identity', 'pds', 'consent', 'partners'],
  journeys: ['pds', 'messaging', 'partners', 'accounts', 'identity', 'consent', 'openid'],
  portals: ['accounts', 'identity', 'consent', 'partners', 'messaging'],
  sandbox: ['pds', 'messaging', 'partners', 'accounts', 'identity', 'consent', 'openid', 'journeys'],
} as const;

export type Room = keyof typeof doors;
