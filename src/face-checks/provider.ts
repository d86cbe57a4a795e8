import type { Logger } from '#foundation/log';
import type { Metrics } from '#foundation/metrics';
import { readDefinitions, type Environment, type Mode, type SettingDefinition } from '#foundation/settings';
import { z } from 'zod';
import type { CheckEnd, FaceCheck, ScanAct, ScanHint } from './types.ts';

/** A picture, decoded by a process that saw nothing else. */
export interface Picture {
  /** Written anew. */
  readonly jpeg: Uint8Array;
  /** Red, green and blue, a byte each; made smaller. */
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

export interface PicturesOfAct {
  readonly scanId: string;
  readonly act: ScanAct;
  readonly at: number;
  readonly pictures: readonly Picture[];
  readonly capturedAt: readonly number[];
  /** What `begin` gave. */
  readonly begun: unknown;
  /** What was measured of the acts before, in their order. */
  readonly earlier: readonly unknown[];
}

export type Measured =
  | {
      readonly outcome: 'measured';
      /** What `judge` needs of it, as JSON has it: kept sealed until then. */
      readonly kept: unknown;
      /** Which picture shows the face best, straight to the camera, and how well, 0 to 1. */
      readonly best?: { readonly at: number; readonly quality: number } | undefined;
      /** Said once: the act is asked again if it still may be. */
      readonly hint?: ScanHint | undefined;
    }
  | { readonly outcome: 'busy' }
  | { readonly outcome: 'unavailable' };

export interface ScanToJudge {
  readonly scanId: string;
  readonly acts: readonly ScanAct[];
  /** In the order of the acts. */
  readonly bursts: readonly {
    /** By the clock of the device. */
    readonly capturedAt: readonly number[];
    /** When the act was asked and when its pictures arrived, in milliseconds, by the clock here. */
    readonly askedAt: number;
    readonly arrivedAt: number;
    readonly kept: unknown;
  }[];
  /** The document, or the face in it. */
  readonly portrait: Picture;
  readonly begun: unknown;
}

export type Judged =
  | {
      readonly outcome: 'judged';
      readonly checks: Readonly<Record<FaceCheck, CheckEnd>>;
      /** What this verdict rests on besides the provider's own basis: another system tells it only with its answer. */
      readonly basis?: Readonly<Record<string, string | number>> | undefined;
    }
  | { readonly outcome: 'unavailable' };

/** What a picture shows by itself, and how it compares with others; each number is one that has a threshold in `basis`. */
export interface LookedAt {
  readonly hasFace: boolean;
  /** How surely it is no picture of a picture. */
  readonly alive: number;
  likenessTo(other: LookedAt): number;
}

/** What compares faces. None of its functions throws for what is on a picture, or for what another system answers. */
export interface FaceProvider {
  /** What its verdicts rest on; `provider` is added. */
  readonly basis: Readonly<Record<string, string | number>>;
  /** Told once for each scan, where another system has to be. @returns what later calls are given again, as JSON has it */
  begin?(scan: {
    readonly scanId: string;
    readonly acts: readonly ScanAct[];
  }): Promise<{ readonly outcome: 'begun'; readonly begun: unknown } | { readonly outcome: 'unavailable' }>;
  measure(burst: PicturesOfAct): Promise<Measured>;
  judge(scan: ScanToJudge): Promise<Judged>;
  /** Looks at each picture by itself, so that it can be counted how often it is wrong; left out where it doesn't tell. */
  lookAtEach?(pictures: readonly Picture[]): Promise<readonly LookedAt[]>;
  close(): Promise<void>;
}

/** What a provider is opened with. */
export interface ProviderStart {
  readonly mode: Mode;
  readonly environment?: Environment | undefined;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** What a provider's folder says of itself. */
export interface ProviderPlug {
  readonly id: string;
  /** Whether a sandbox uses it when its settings choose none. */
  readonly isSandboxes: boolean;
  /** Its own settings; read only when it is chosen. */
  readonly settings: Readonly<Record<string, SettingDefinition>>;
  /** @throws {SettingsFault} naming what is missing or malformed among its settings */
  readonly open: (start: ProviderStart) => Promise<FaceProvider>;
}

/** Declares a provider; `open` is given the plug's own settings, read and checked. */
export function providerPlug<D extends Record<string, SettingDefinition>>(plug: {
  readonly id: string;
  readonly isSandboxes: boolean;
  readonly settings: D;
  readonly open: (
    values: ReturnType<typeof readDefinitions<D>>,
    tools: Pick<ProviderStart, 'log' | 'metrics'>,
  ) => Promise<FaceProvider>;
}): ProviderPlug {
  return {
    ...plug,
    open: async ({ mode, environment, ...tools }) =>
      plug.open(readDefinitions(plug.settings, mode, environment), tools),
  };
}

const isFunction = z.custom<(...args: never[]) => unknown>((value) => typeof value === 'function');
const manifestShape = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]*$/u),
  isSandboxes: z.boolean(),
  settings: z.record(z.string(), z.object({ variable: z.string(), sentence: z.string() })),
  open: isFunction,
});

/** Checks a plug's default export. */
export const providerManifest: z.ZodType<ProviderPlug> = z.custom<ProviderPlug>(
  (plug) => manifestShape.safeParse(plug).success,
  'is not what compares faces',
);
