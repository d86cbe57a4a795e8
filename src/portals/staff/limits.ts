import type { Deps } from '#foundation/deps';
import type { Limited, LimitRule } from '#foundation/security';

const minutes = 60;
const hour = 3600;
const day = 24 * hour;

/** As for patients, and longer the second time: password and code are guessed together here. */
const wrongSignIn: LimitRule = {
  name: 'staff-wrong-sign-in',
  most: 6,
  windowSeconds: hour,
  lockSeconds: 15 * minutes,
  nextLockSeconds: hour,
  memorySeconds: day,
};

/** Codes that are typed while the authenticator app is set up. */
const wrongSetUp: LimitRule = { ...wrongSignIn, name: 'staff-wrong-set-up', most: 10 };

/** Staff mistype numbers and names; nobody of them does so that often. */
const notFound: LimitRule = {
  name: 'staff-patient-not-found',
  most: 40,
  windowSeconds: hour,
  lockSeconds: 15 * minutes,
  nextLockSeconds: hour,
  memorySeconds: day,
};

/** E-mail in the name of a practice, to whomever its managers like: a big one takes its staff in within the hour. */
const invitation: LimitRule = {
  name: 'staff-invitation',
  most: 40,
  windowSeconds: hour,
  lockSeconds: hour,
  nextLockSeconds: hour,
  memorySeconds: hour,
};

export function signInLimits(
  { settings }: Pick<Deps, 'settings'>,
  { emailKey, network }: { emailKey: string; network: string },
): Limited[] {
  const fromNetwork: LimitRule = {
    name: 'staff-wrong-sign-in-network',
    most: settings.wrongPasswordsPerAddress,
    windowSeconds: 15 * minutes,
    lockSeconds: 15 * minutes,
    nextLockSeconds: 15 * minutes,
    memorySeconds: 15 * minutes,
  };
  return [
    { rule: wrongSignIn, subject: emailKey },
    { rule: fromNetwork, subject: network },
  ];
}

export function setUpLimits(staffId: string): Limited[] {
  return [{ rule: wrongSetUp, subject: staffId }];
}

export function notFoundLimits(staffId: string): Limited[] {
  return [{ rule: notFound, subject: staffId }];
}

export function invitationLimits(place: string): Limited[] {
  return [{ rule: invitation, subject: place }];
}
