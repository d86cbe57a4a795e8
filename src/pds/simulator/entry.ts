import type { NhsNumber } from '#foundation/identifiers';

/** A name as the simulated register keeps it. */
export interface SimulatedName {
  readonly id: string;
  readonly use: 'usual' | 'nickname' | 'temp';
  readonly family: string;
  readonly given: readonly string[];
  readonly prefix?: string | undefined;
  /** YYYY-MM-DD */
  readonly start: string;
}

export interface SimulatedAddress {
  readonly id: string;
  readonly use: 'home' | 'temp';
  readonly lines: readonly string[];
  readonly postcode?: string | undefined;
  readonly start: string;
}

export interface SimulatedContactPoint {
  readonly id: string;
  readonly system: 'phone' | 'fax' | 'email' | 'other';
  readonly use: 'home' | 'work' | 'temp' | 'mobile';
  readonly value: string;
  readonly start: string;
}

/** What stands in an entry beside its number. */
export interface SimulatedDetails {
  readonly names: readonly SimulatedName[];
  /** Names and addresses that they had; found by a search of history, and never shown. */
  readonly formerNames: readonly SimulatedName[];
  readonly formerAddresses: readonly SimulatedAddress[];
  readonly gender: 'male' | 'female' | 'other' | 'unknown';
  readonly death?:
    | {
        /** YYYY-MM-DD */
        readonly date: string;
        /** 1: informal; 2: formal; U: taken back. */
        readonly status: '1' | '2' | 'U';
      }
    | undefined;
  readonly addresses: readonly SimulatedAddress[];
  readonly contactPoints: readonly SimulatedContactPoint[];
  readonly gp?: { readonly id: string; readonly odsCode: string; readonly start: string } | undefined;
  readonly isRestricted: boolean;
  /** Which of twins or more they are, from 1. */
  readonly birthOrder?: number | undefined;
}

/** An entry of the simulated register. */
export interface SimulatedPatient {
  readonly nhsNumber: NhsNumber;
  readonly version: number;
  /** YYYY-MM-DD, or as much of it as the register knows. */
  readonly birthdate?: string | undefined;
  /** The number under which they are known now. */
  readonly supersededBy?: NhsNumber | undefined;
  readonly isInvalidated: boolean;
  readonly details: SimulatedDetails;
}
