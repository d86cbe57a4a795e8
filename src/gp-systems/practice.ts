import type { OdsCode } from '#foundation/identifiers';

/** A GP practice, and the supplier of its GP system. */
export interface Practice {
  readonly odsCode: OdsCode;
  readonly name: string;
  readonly addressLines: readonly string[];
  readonly phone?: string;
  /** The integrated care board’s, in whose area it is. */
  readonly icbCode?: string;
  readonly supplierId: string;
  readonly supplierSince: Date;
  /** Not any more once it has merged into another or was split up. */
  readonly isOpen: boolean;
  /** Empty while it is open. */
  readonly succeededBy: readonly OdsCode[];
}

export interface NewPractice {
  readonly odsCode: OdsCode;
  readonly name: string;
  readonly addressLines: readonly string[];
  readonly phone?: string | undefined;
  readonly icbCode?: string | undefined;
  readonly supplierId: string;
}

/** A GP system that a practice had before. */
export interface FormerSupplier {
  readonly supplierId: string;
  readonly since: Date;
  readonly until: Date;
}
