import type { House } from '#foundation/deps';
import { errors, Provider, type KoaContextWithOIDC } from 'oidc-provider';
import { storeTogether, type EntityKey, type NewEntity, type StoredEntity } from './store.ts';

/**
 * What the engine writes while it answers one request. It is held back, and stored in one statement before the answer
 * leaves: all of it or nothing.
 */
export interface RequestWrites {
  /**
   * Lets a request be answered, and stores what was written.
   *
   * @throws {errors.SessionNotFound} the interaction that the request ends was ended meanwhile: then nothing is stored
   */
  around(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void>;
  /** @returns what is held back for the request that is being answered; undefined where none is */
  current(): HeldBack | undefined;
}

export function createRequestWrites({ database, clock }: House): RequestWrites {
  const held = new WeakMap<object, HeldBack>();
  return {
    current: () => {
      const { ctx } = Provider;
      return ctx === undefined ? undefined : held.get(ctx);
    },
    around: async (ctx, next) => {
      const writes = new HeldBack();
      held.set(ctx, writes);
      await next();
      held.delete(ctx);
      if (writes.isEmpty) return;
      try {
        if (!(await storeTogether(database.db, { ...writes.all, now: clock.now() })))
          throw new errors.SessionNotFound('interaction session not found');
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
