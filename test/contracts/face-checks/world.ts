import type { Environment } from '#foundation/settings';
import type { Sitter } from '../../support/scans.ts';

/** Who sits before the camera in the tests of every provider. */
export const sitters = ['self', 'photo', 'somebody-else', 'two-people'] as const;
export type SitterKind = (typeof sitters)[number];

/** The other side of a provider, for a test. */
export interface FaceWorld {
  /** Its own settings. */
  readonly environment: Environment;
  /** Told before somebody sits down, for one that does not look at pictures. */
  expect(kind: SitterKind, sitter: Sitter): void;
  close(): Promise<void>;
}

export type OpenFaceWorld = () => Promise<FaceWorld>;
