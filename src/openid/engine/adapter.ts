import type { House } from '#foundation/deps';
import { levelsOf } from '#identity';
import { Provider, type Adapter, type AdapterFactory, type AdapterPayload } from 'oidc-provider';
import { findClient } from '../own-client.ts';
import { describeClient, isClientId } from './client-metadata.ts';
import { EngineRequest } from './engine-request.ts';
import { createEngineTime } from './engine-time.ts';
import type { RequestWrites } from './request-writes.ts';
import { digestOf, entityModels, openForEngine, sealPayload, type EntityModel } from './sealed-entity.ts';
import { endEntity, selectEntity, upsertEntity, type StoredEntity } from './store.ts';

/** Where the engine keeps what it must remember. */
export function createAdapters(house: House, writes: RequestWrites): AdapterFactory {
  return (name) => {
    if (name === 'Client') return clients(house);
    const model = entityModels.find((known) => known === name);
    return model === undefined ? unused(name) : entities(house, model, writes);
  };
}

/** The engine asks every adapter for everything; what this configuration never needs must not pass in silence. */
function unused(name: string): Adapter {
  const refuse = (): Promise<never> => Promise.reject(new Error(`the engine's ${name} can't do this here`));
  return {
    upsert: refuse,
    find: refuse,
    findByUserCode: refuse,
    findByUid: refuse,
    consume: refuse,
    destroy: refuse,
    revokeByGrantId: refuse,
  };
}

/** Connected services are registered in `partners`; the engine only reads them. */
function clients(house: House): Adapter {
  return {
    ...unused('Client'),
    find: async (id) => {
      if (!isClientId(id)) return undefined;
      const request = Provider.ctx?.req;
      const known = request instanceof EngineRequest ? request.client : undefined;
      const client = known?.clientId === id ? known : await findClient(house.deps, id);
      if (request instanceof EngineRequest) request.client = client;
      return client === undefined ? undefined : describeClient(client, levelsOf(house.settings));
    },
  };
}

/** @returns the digest of the session that it is, or that it was issued in; a session and its codes end together */
function sessionOf(model: EntityModel, { uid, sessionUid }: AdapterPayload): Buffer | null {
  if (model === 'Session' && uid !== undefined) return digestOf(uid);
  return model === 'AuthorizationCode' && sessionUid !== undefined ? digestOf(sessionUid) : null;
}

function entities(house: House, model: EntityModel, writes: RequestWrites): Adapter {
  const { secrets } = house;
  const { db } = house.database;
  const time = createEngineTime(house.clock);
  const open = (entity: StoredEntity | undefined) => {
    if (entity === undefined || entity.endedAt !== null || entity.expiresAt <= house.clock.now())
      return undefined;
    return openForEngine({ secrets, time }, model, entity.sealedPayload);
  };
  return {
    ...unused(model),
    upsert: async (id, payload, expiresInSeconds = 0) => {
      // A session that is lent is no browser's to keep. Should a request fail before it is lent again, the engine would.
      if (model === 'Session' && payload.transient === true) return;
      const entity = {
        model,
        id: digestOf(id),
        uid: sessionOf(model, payload),
        accountId: payload.accountId ?? payload.session?.accountId ?? null,
        sealedPayload: sealPayload({ secrets, time }, model, payload),
        expiresAt: new Date(house.clock.now().getTime() + expiresInSeconds * 1000),
      };
      const held = writes.current();
      if (held === undefined) await upsertEntity(db, entity);
      else held.upsert(entity);
    },
    find: async (id) => {
      const key = { model, id: digestOf(id) };
      const written = writes.current()?.find(key);
      return written === 'ended' ? undefined : open(written ?? (await selectEntity(db, key)));
    },
    destroy: async (id) => {
      const key = { model, id: digestOf(id) };
      const held = writes.current();
      if (held === undefined) await endEntity(db, key, house.clock.now());
      else held.end(key);
    },
  };
}
