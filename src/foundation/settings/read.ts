import { Fault } from '#foundation/errors';
import type { z } from 'zod';
import { houseSettings } from './definitions.ts';
import type { Mode, SettingDefinition } from './setting.ts';

type Definitions = Record<string, SettingDefinition>;
type ValuesOf<D extends Definitions> = { readonly [K in keyof D]: z.output<D[K]['schema']> };
export type Environment = Readonly<Record<string, string | undefined>>;

/** The house's settings, read and checked; `issuer` is always present. */
export type Settings = Omit<ValuesOf<typeof houseSettings>, 'issuer'> & { readonly issuer: string };

/** What is wrong with the settings, a line for each, ready to show to an operator. */
export class SettingsFault extends Fault {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super('settings.invalid');
    this.problems = problems;
  }
}

/**
 * Reads definitions from an environment. Empty variables count as not set.
 *
 * @throws {SettingsFault} naming every variable that is missing, malformed or unsafe for the mode, never its value
 */
export function readDefinitions<D extends Definitions>(
  definitions: D,
  mode: Mode,
  environment: Environment = process.env,
): ValuesOf<D> {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, definition] of Object.entries(definitions)) {
    const text = environment[definition.variable] === '' ? undefined : environment[definition.variable];
    problems.push(...problemsOfMode(definition, text, mode));
    const result = definition.schema.safeParse(text);
    if (result.success) values[name] = result.data;
    else
      problems.push(
        `${definition.variable}: ${result.error.issues.map((issue) => issue.message).join('; ')}`,
      );
  }
  problems.push(...halfSetGroups(definitions, environment));
  if (problems.length > 0) throw new SettingsFault(problems);
  return values as ValuesOf<D>;
}

/** Tells whether an environment sets any of these: a part of the house that needs several is off while none is set. */
export function setsAny(definitions: Definitions, environment: Environment = process.env): boolean {
  return Object.values(definitions).some(({ variable }) => (environment[variable] ?? '') !== '');
}

function problemsOfMode(definition: SettingDefinition, text: string | undefined, mode: Mode): string[] {
  if (mode !== 'production') return [];
  if (definition.requiredInProduction === true && text === undefined) {
    return [`${definition.variable} is not set. ${definition.sentence}`];
  }
  if (definition.sandboxOnly === true && text !== undefined) {
    return [`${definition.variable} is for sandboxes; production must not set it.`];
  }
  const unsafe = text === undefined ? undefined : definition.unsafeInProduction?.(text);
  return unsafe === undefined ? [] : [`${definition.variable} ${unsafe} in production.`];
}

/** @returns a line for each setting that is missing although others of its group are set */
function halfSetGroups(definitions: Definitions, environment: Environment): string[] {
  const isSet = ({ variable }: SettingDefinition): boolean => (environment[variable] ?? '') !== '';
  const grouped = Object.values(definitions).filter(({ setWith }) => setWith !== undefined);
  return grouped
    .filter((one) => !isSet(one) && grouped.some((other) => other.setWith === one.setWith && isSet(other)))
    .map(({ variable, sentence, setWith }) => {
      const others = grouped.filter((other) => other.setWith === setWith && isSet(other));
      return `${variable} is not set, but ${others.map((other) => other.variable).join(', ')}. ${sentence}`;
    });
}

/**
 * Reads the house's settings.
 *
 * @param environment usually `process.env`
 * @throws {SettingsFault} with a list of what to set
 */
export function readSettings(environment: Environment = process.env): Settings {
  const mode = environment['BEVAN_MODE'] === 'sandbox' ? 'sandbox' : 'production';
  const values = readDefinitions(houseSettings, mode, environment);
  const issuer = values.issuer ?? `http://localhost:${values.port}`;
  const { passkeyRpId } = values;
  if (passkeyRpId !== undefined && !`.${new URL(issuer).hostname}`.endsWith(`.${passkeyRpId}`))
    throw new SettingsFault([
      'BEVAN_PASSKEY_RP_ID must be the host of BEVAN_ISSUER, or a domain above it: browsers refuse any other.',
    ]);
  return { ...values, issuer };
}
