import {
  readDefinitions,
  setsAny,
  type Environment,
  type Mode,
  type SettingDefinition,
} from '#foundation/settings';
import { languages, type Language } from '#foundation/web';
import { z } from 'zod';
import type { SupplierSimulator } from './simulated/simulator.ts';
import type { Supplier, SupplierTools } from './supplier.ts';

/** What patients and staff see in one supplier's system, in one language. */
export interface SupplierWords {
  /** What the system is called. */
  readonly system: string;
  /** What each detail is called there. Where there are no details, they are left out. */
  readonly details?: { readonly odsCode: string; readonly accountId: string; readonly linkageKey: string };
  /** What a patient is given on paper. */
  readonly letter?: string;
  /** How staff issue details, a line for each step. */
  readonly issue: readonly string[];
  /** How staff issue them anew. */
  readonly reissue: readonly string[];
}

/** How suppliers differ, where others than their plugs need to know it. */
export interface SupplierDifferences {
  /** Practices issue account id and linkage key. Where not, an ID token of a login at P9 takes their place. */
  readonly hasLinkageKey: boolean;
  /** A key that was made before can be asked for. Where not, one is always made anew. */
  readonly fetchesLinkage: boolean;
  /** Asking again for a key is answered with a conflict, and the key all the same. */
  readonly keepsKeyOnConflict: boolean;
  /** No account is made without the patient’s e-mail address. */
  readonly needsEmail: boolean;
  /** No key is made or told without a token in which this platform says who the patient is. */
  readonly needsIdentityToken: boolean;
  /** The patient gets an e-mail of the supplier’s each time they are connected. */
  readonly mailsPatientOnConnecting: boolean;
  /** Staff have to check a patient’s identity anew before they issue details anew. */
  readonly checksAnewToReissue: boolean;
  /** Patients can get a new key there by themselves. */
  readonly letsPatientsReissue: boolean;
  /** It can be asked whether online services are on for a patient, and how the practice has checked who they are. */
  readonly tellsOnlineServices: boolean;
}

/** How a supplier is started: where its own settings are. */
export interface SupplierStart extends SupplierTools {
  readonly mode: Mode;
  readonly environment?: Environment | undefined;
}

/** What a supplier's folder says of itself. */
export interface SupplierPlug {
  readonly id: string;
  readonly words: Readonly<Record<Language, SupplierWords>>;
  readonly differences: SupplierDifferences;
  /** Its own settings: all that are needed, or none. */
  readonly settings: Readonly<Record<string, SettingDefinition>>;
  /**
   * @returns undefined when none of its settings is set: it is off
   * @throws {SettingsFault} naming what is missing or malformed among its settings
   */
  readonly openSupplier: (start: SupplierStart) => Supplier | undefined;
  readonly simulator: SupplierSimulator;
}

/** Declares a supplier; `openSupplier` is given the plug's own settings, read and checked. */
export function supplierPlug<D extends Record<string, SettingDefinition>>(
  plug: Omit<SupplierPlug, 'settings' | 'openSupplier'> & {
    readonly settings: D;
    readonly openSupplier: (values: ReturnType<typeof readDefinitions<D>>, tools: SupplierTools) => Supplier;
  },
): SupplierPlug {
  return {
    ...plug,
    openSupplier: ({ mode, environment, ...tools }) =>
      setsAny(plug.settings, environment)
        ? plug.openSupplier(readDefinitions(plug.settings, mode, environment), tools)
        : undefined,
  };
}

const isFunction = z.custom<(...args: never[]) => unknown>((value) => typeof value === 'function');
const words = z.object({
  system: z.string().min(1),
  details: z
    .object({
      odsCode: z.string().min(1),
      accountId: z.string().min(1),
      linkageKey: z.string().min(1),
    })
    .optional(),
  letter: z.string().min(1).optional(),
  issue: z.array(z.string().min(1)).min(1),
  reissue: z.array(z.string().min(1)).min(1),
});
const manifestShape = z.object({
  id: z.string().regex(/^[a-z][a-z0-9-]*$/u),
  words: z.record(z.enum(languages), words),
  differences: z.strictObject({
    hasLinkageKey: z.boolean(),
    fetchesLinkage: z.boolean(),
    keepsKeyOnConflict: z.boolean(),
    needsEmail: z.boolean(),
    needsIdentityToken: z.boolean(),
    mailsPatientOnConnecting: z.boolean(),
    checksAnewToReissue: z.boolean(),
    letsPatientsReissue: z.boolean(),
    tellsOnlineServices: z.boolean(),
  }),
  settings: z.record(z.string(), z.object({ variable: z.string(), sentence: z.string() })),
  openSupplier: isFunction,
  simulator: z.object({ environment: isFunction, answer: isFunction, refuse: isFunction }),
});

/** Checks a plug's default export. */
export const supplierManifest: z.ZodType<SupplierPlug> = z.custom<SupplierPlug>((plug) => {
  const shape = manifestShape.safeParse(plug);
  return (
    shape.success &&
    languages.every(
      (language) =>
        (shape.data.words[language].details !== undefined) === shape.data.differences.hasLinkageKey,
    )
  );
}, 'is not a supplier of GP systems');
