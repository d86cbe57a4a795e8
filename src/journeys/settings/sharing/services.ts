import { itemsShared, listAgreements } from '#consent';
import type { Deps } from '#foundation/deps';
import { longDate, type Language } from '#foundation/web';
import { levelOf } from '#identity';
import { readClient } from '#partners';
import { dayOf } from '../moment.ts';

/** A service that somebody shares with, in words that they know it by. */
export interface SharedWith {
  readonly clientId: string;
  readonly name: string;
  /** Names of what it may see: keys below `items` in the words of this folder. */
  readonly items: readonly string[];
  readonly since: string;
}

/** @returns with whom somebody shares what, the newest first; a service that is registered no more sees nothing */
export async function listShared(deps: Deps, accountId: string, language: Language): Promise<SharedWith[]> {
  const [agreements, level] = await Promise.all([listAgreements(deps, accountId), levelOf(deps, accountId)]);
  const services = await Promise.all(
    agreements.map(async (agreement) => {
      const client = await readClient(deps, agreement.clientId);
      if (client === undefined) return [];
      const { clientId, clientName: name, scopes, im1Enabled } = client;
      const items = ['openid', ...itemsShared(agreement, { scopes, level, im1Enabled })];
      return [{ clientId, name, items, since: longDate(dayOf(agreement.agreedAt), language) }];
    }),
  );
  return services.flat();
}
