export { readActivity, type Activity, type ActivityEntry } from './activity.ts';
export { closeAccount, type ClosingReason } from './close.ts';
export { collectPersonalData, wasJustDownloaded } from './collect.ts';
export { eraseAccount } from './erase.ts';
export { inventory, omissions, type Omission, type TableEntry } from './inventory.ts';
export { activityTypes, quietTypes } from './activity-types.ts';
export { untoldEvents } from './told-events.ts';
export { startPersonalDataWork, tendUnusedAccounts } from './work.ts';
