import { createHash } from 'node:crypto';
import type { Secrets } from '#foundation/security';
import type { AdapterPayload } from 'oidc-provider';
import type { EngineTime } from './engine-time.ts';

/** The kinds of thing that the engine keeps in `openid.entity`. */
export const entityModels = ['Session', 'Interaction', 'AuthorizationCode'] as const;
export type EntityModel = (typeof entityModels)[number];

/** @returns the digest under which a secret id is stored */
export function digestOf(id: string): Buffer {
  return createHash('sha256').update(id).digest();
}

const purposeOf = (model: EntityModel): string => `openid ${model}`;

/** Seals a payload of the engine's, with its times in the house's. */
export function sealPayload(
  deps: { secrets: Secrets; time: EngineTime },
  model: EntityModel,
  payload: AdapterPayload,
): Buffer {
  const kept = withTimes(payload, deps.time.toHouse);
  return deps.secrets.seal(purposeOf(model), Buffer.from(JSON.stringify(kept)));
}

/** Opens a payload, with its times as the house keeps them. */
export function openPayload(deps: { secrets: Secrets }, model: EntityModel, sealed: Buffer): unknown {
  return JSON.parse(deps.secrets.unseal(purposeOf(model), sealed).toString());
}

/** Opens a payload for the engine, with its times in the engine's. */
export function openForEngine(
  deps: { secrets: Secrets; time: EngineTime },
  model: EntityModel,
  sealed: Buffer,
): AdapterPayload {
  const payload = openPayload(deps, model, sealed);
  if (typeof payload !== 'object' || payload === null) return {};
  return withTimes({ ...payload }, deps.time.toEngine);
}

/** @returns the payload with every time in it moved */
function withTimes(payload: AdapterPayload, move: (seconds: number) => number): AdapterPayload {
  const moved: AdapterPayload = { ...payload };
  for (const name of ['iat', 'exp', 'loginTs', 'authTime'] as const) {
    const seconds = payload[name];
    if (typeof seconds === 'number') moved[name] = move(seconds);
  }
  for (const name of ['result', 'lastSubmission'] as const) {
    const results = payload[name];
    const login = results?.login;
    if (login?.ts !== undefined) moved[name] = { ...results, login: { ...login, ts: move(login.ts) } };
  }
  return moved;
}
