/** The paths of the interface, below its address. */
export const paths = {
  endUserSession: '/sessions/endusersession',
  users: '/users/nhs',
  verifications: '/me/verifications',
  applications: '/me/applications',
  sessions: '/sessions',
  demographics: '/demographics',
  onlineServices: '/users/nhs/onlineservices',
} as const;

/** The names of the headers, in small letters. */
export const headerNames = {
  application: 'x-api-applicationid',
  version: 'x-api-version',
  endUserSession: 'x-api-endusersessionid',
  session: 'x-api-sessionid',
} as const;

/** @returns a date of birth as the interface writes it */
export function instantOf(birthdate: string): string {
  return `${birthdate}T00:00:00`;
}
