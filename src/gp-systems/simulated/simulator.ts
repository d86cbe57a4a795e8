import type { Clock } from '#foundation/clock';
import type { Desk } from './desk.ts';

/** A request to a simulated GP system. */
export interface SimulatedRequest {
  readonly method: string;
  /** Below the address of the supplier, with its first slash. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** By names in small letters. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export interface SimulatedReply {
  readonly status: number;
  /** Its media type. */
  readonly type: string;
  readonly body: string;
}

/** What a simulated GP system works with. */
export interface SimulatedWorld {
  /** The accounts of the practices that have this supplier’s system. */
  readonly desk: Desk;
  readonly clock: Clock;
}

/** One supplier’s GP system, as a sandbox has it: it speaks that supplier’s wire format. */
export interface SupplierSimulator {
  /** The supplier’s settings for reaching it at an address. */
  environment(url: string): Readonly<Record<string, string>>;
  /** The name of this platform among the applications that connect to accounts, as those settings have it. */
  readonly application: string;
  /** @returns new details, of the shape that the supplier’s have */
  newDetails(): { readonly accountId: string; readonly linkageKey: string };
  /** @returns what a request is for, in a word, by which faults find theirs */
  operationOf(request: SimulatedRequest): string;
  answer(world: SimulatedWorld, request: SimulatedRequest): Promise<SimulatedReply>;
  /** @returns how the supplier refuses a request with one of its codes */
  refuse(supplierCode: string, request: SimulatedRequest): SimulatedReply;
}
