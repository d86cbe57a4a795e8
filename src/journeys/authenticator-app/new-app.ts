import { describeAuthenticator } from '#foundation/authenticator';
import type { Deps } from '#foundation/deps';
import type { PageData } from '#foundation/journey';

/** The page on which somebody connects an authenticator app, wherever it is asked for. */
export const appPage = 'journeys/authenticator-app/set-up';

/** @returns what the page shows: a code for the app's camera, and the same to be typed */
export function showNewApp(
  { settings }: Pick<Deps, 'settings'>,
  { secret, email }: { secret: string; email: string },
): PageData {
  const { serviceName: issuer } = settings;
  const { secretInGroups, uri, qr } = describeAuthenticator({ secret, issuer, label: email });
  return { secretInGroups, uri, qr, issuer, email };
}
