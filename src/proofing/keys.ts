import type { Deps } from '#foundation/deps';
import type { OdsCode } from '#foundation/identifiers';
import type { GpCredentials } from '#identity';

/** The three details, as a form or a practice gives them. */
export interface ThreeDetails extends Pick<GpCredentials, 'gpUserId' | 'gpLinkageKey'> {
  readonly odsCode: OdsCode;
}

type SecretDeps = Pick<Deps, 'secrets'>;

/**
 * GP systems are shown the details exactly as they were typed, and some may read what others tell apart: details that were used
 * or withdrawn are known again in whatever way they are written.
 *
 * @returns the keyed hash by which three details are known again
 */
export function detailsKeyOf({ secrets }: SecretDeps, details: ThreeDetails): string {
  const { odsCode, gpUserId, gpLinkageKey } = details;
  const written = [odsCode, gpUserId, gpLinkageKey].map((text) => plainly(text));
  return secrets.mac('proofing details', JSON.stringify(written));
}

/** @returns the keyed hash by which three details are known again that are written exactly so */
export function typedKeyOf({ secrets }: SecretDeps, details: ThreeDetails): string {
  const { odsCode, gpUserId, gpLinkageKey } = details;
  return secrets.mac('proofing details as typed', JSON.stringify([odsCode, gpUserId, gpLinkageKey]));
}

/** @returns an account id or a key without what a lenient reader may pass over: case, space, and the width of letters */
export function plainly(text: string): string {
  return text.normalize('NFKC').toLowerCase().replaceAll(/\s/gu, '');
}

/** @returns the keyed hash by which a person is known again */
export function personKeyOf({ secrets }: SecretDeps, nhsNumber: string): string {
  return secrets.mac('proofing nhs number', nhsNumber);
}
