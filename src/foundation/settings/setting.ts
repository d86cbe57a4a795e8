import { z } from 'zod';

/** `sandbox`: the product with a whole world around it, for integrators. `production`: the product alone. */
export type Mode = 'sandbox' | 'production';

/** One setting: an environment variable, what it accepts, what it is without one, and a sentence for the manual. */
export interface SettingDefinition<S extends z.ZodType = z.ZodType> {
  /** The environment variable. */
  readonly variable: string;
  /** Accepts the variable's text, or undefined when it is not set. */
  readonly schema: S;
  /** One or two sentences: what it does, in which unit, what is safe. */
  readonly sentence: string;
  /** How the default is described in the manual. */
  readonly byDefault: string;
  /** Production does not start without it. */
  readonly requiredInProduction?: boolean;
  /** Production does not start with a value of which this says what is unsafe about it. */
  readonly unsafeInProduction?: (text: string) => string | undefined;
  /** Production does not start with it. */
  readonly sandboxOnly?: boolean;
  /** Never shown or logged. */
  readonly secret?: boolean;
  /** Names a group: either all settings of it are set, or none. */
  readonly setWith?: string;
}

/** Declares a setting; only fixes the type. */
export function setting<S extends z.ZodType>(definition: SettingDefinition<S>): SettingDefinition<S> {
  return definition;
}

export const wholeNumber = (least: number, most: number, byDefault: number) =>
  z.coerce.number().int().min(least).max(most).default(byDefault);

export const yesOrNo = (byDefault: boolean) =>
  z
    .enum(['true', 'false'])
    .default(byDefault ? 'true' : 'false')
    .transform((text) => text === 'true');

export const listOfWords = (byDefault: string) =>
  z
    .string()
    .default(byDefault)
    .transform((text) =>
      text
        .split(',')
        .map((word) => word.trim())
        .filter((word) => word !== ''),
    );

/** Text that stands in headings and mail headers. */
export const oneLine = z
  .string()
  .min(1)
  .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, 'must be one line without control characters');

/** Where browsers may be sent. */
export const webAddress = z.url({
  protocol: /^https?$/u,
  error: 'must be an address that starts with https://',
});
