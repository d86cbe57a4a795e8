/** Keeps encrypted chunks somewhere else than in PostgreSQL. Names are ours, and hold nothing but random ids. */
export interface ObjectStore {
  /** @throws {Fault} `evidence.store-unavailable` */
  put(name: string, sealed: Buffer): Promise<void>;
  /** @throws {Fault} `evidence.store-unavailable`, or `evidence.damaged` when there is none of that name */
  get(name: string): Promise<Buffer>;
  /**
   * Removes everything whose name begins so.
   *
   * @throws {Fault} `evidence.store-unavailable`
   */
  removeAll(prefix: string): Promise<void>;
}

/** @returns how the names of all chunks of one content begin */
export function objectPrefix({ bundleId, contentId }: { bundleId: string; contentId: string }): string {
  return `${bundleId}/${contentId}/`;
}
