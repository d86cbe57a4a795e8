import { shown } from '../received.ts';
import type { Reason } from './reason.ts';

/** @param errors the codes that an unknown client leads to at this endpoint */
export function clientUnknown(errors: readonly string[]): Reason {
  return {
    id: 'client.unknown',
    errors,
    see: 'RFC 6749 §2.2',
    rule: 'The client_id is one that was allocated here when the service was registered.',
    find: ({ claimedId, client, nearest, issuer }) => {
      if (claimedId === undefined || client !== undefined) return undefined;
      const like = nearest === undefined ? '' : ` The registered id most like it is ${nearest}.`;
      return {
        received: `client_id ${shown(claimedId)}, which is not registered here`,
        mend: `Check the spelling and for which environment it was allocated.${like} All that are registered: ${issuer}/sandbox/clients.`,
      };
    },
  };
}
