import { AsyncLocalStorage } from 'node:async_hooks';
import type { House } from '#foundation/deps';
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { Db } from '#foundation/storage';
import { EngineRequest } from './engine-request.ts';
import { storeTogether, type EntityKey, type NewEntity, type StoredEntity } from './store.ts';

/**
 * What the engine writes while it answers one request. It is held back, and stored in one statement before the answer
 * leaves: all of it or nothing.
 */
export interface RequestWrites {
  /**
   * Lets a request be answered, and stores what was written. What the engine is told with the request counts as written by it.
   *
   * @param goOn may store it together with what follows from the answer @returns whether it has
   * @throws {errors.SessionNotFound} the interaction that the request ends was ended meanwhile, or the ticket that it came
   *   with was used: then nothing is stored
   */
  around(
    ctx: KoaContextWithOIDC,
    next: () => Promise<void>,
    goOn: (store: StoreWrites) => Promise<boolean>,
  ): Promise<void>;
  /** @returns what is held back for the request that is being answered; undefined where none is */
  current(): HeldBack | undefined;
}

/** Stores what a request has written. */
export type StoreWrites = (db: Db) => Promise<void>;

export function createRequestWrites({ database, clock }: House): RequestWrites {
  const held = new AsyncLocalStorage<HeldBack>();
  return {
    current: () => {
      const writes = held.getStore();
      return writes?.isOver === true ? undefined : writes;
    },
    around: async (ctx, next, goOn) => {
      const writes = new HeldBack();
      const told = ctx.req instanceof EngineRequest ? ctx.req.told : undefined;
      await held.run(writes, async () => {
        await told?.tell();
        await next();
      });
      writes.isOver = true;
      if (writes.isEmpty) return;
      const all = { ...writes.all, ticketId: told?.ticketId, now: clock.now() };
      const store: StoreWrites = async (db) => {
        if (!(await storeTogether(db, all)))
          throw new errors.SessionNotFound('interaction session not found');
      };
      try {
        if (!(await goOn(store))) await store(database.db);
      } catch (error) {
        // A code or a session that is not stored must not get out.
        ctx.remove('Location');
        ctx.remove('Set-Cookie');
        throw error;
      }
    },
  };
}

const nameOf = ({ model, id }: EntityKey): string => `${model} ${id.toString('base64')}`;

/** Writes that are not stored yet. */
class HeldBack {
  readonly #written = new Map<string, NewEntity>();
  readonly #ended = new Map<string, EntityKey>();
  /** What is written from then on is not held back any more. */
  isOver = false;

  get isEmpty(): boolean {
    return this.#written.size === 0 && this.#ended.size === 0;
  }

  get all() {
    return { written: [...this.#written.values()], ended: [...this.#ended.values()] };
  }

  /** What was ended stays so. */
  upsert(entity: NewEntity): void {
    const name = nameOf(entity);
    if (!this.#ended.has(name)) this.#written.set(name, entity);
  }

  end(key: EntityKey): void {
    const name = nameOf(key);
    this.#written.delete(name);
    this.#ended.set(name, key);
  }

  /** @returns undefined if nothing was written about it */
  find(key: EntityKey): StoredEntity | 'ended' | undefined {
    const name = nameOf(key);
    if (this.#ended.has(name)) return 'ended';
    const written = this.#written.get(name);
    return written === undefined ? undefined : { ...written, endedAt: null };
  }
}
