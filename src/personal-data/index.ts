export { readActivity, type Activity, type ActivityEntry } from './activity.ts';
export { closeAccount, type ClosingReason } from './close.ts';
export { collectPersonalData, wasJustDownloaded } from './collect.ts';
export { eraseAccount } from './erase.ts';
export { startPersonalDataWork, tendUnusedAccounts } from './work.ts';
