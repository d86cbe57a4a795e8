import type { Deps } from '#foundation/deps';
import type { OdsCode } from '#foundation/identifiers';
import type { GpCredentials } from '#identity';

/** The three details, as a form or a practice gives them. */
export interface ThreeDetails extends Pick<GpCredentials, 'gpUserId' | 'gpLinkageKey'> {
  readonly odsCode: OdsCode;
}

type SecretDeps = Pick<Deps, 'secrets'>;

/** @returns the keyed hash by which three details are known again; each is taken exactly as it is */
export function detailsKeyOf({ secrets }: SecretDeps, details: ThreeDetails): string {
  const { odsCode, gpUserId, gpLinkageKey } = details;
  return secrets.mac('proofing details', JSON.stringify([odsCode, gpUserId, gpLinkageKey]));
}

/** @returns the keyed hash by which a person is known again */
export function personKeyOf({ secrets }: SecretDeps, nhsNumber: string): string {
  return secrets.mac('proofing nhs number', nhsNumber);
}
