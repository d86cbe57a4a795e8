import type { DocumentKind } from '#proofing';
import type { Face } from './face.ts';

/** Whose document it is. */
export interface DocumentPerson {
  readonly givenNames: string;
  readonly familyName: string;
  /** YYYY-MM-DD */
  readonly birthdate: string;
  readonly sex?: 'F' | 'M' | 'X';
}

/** What can be wrong with a photo, or with the document on it. */
export const photoFlaws = ['blurred', 'glare', 'dark', 'light', 'cropped', 'small', 'covered'] as const;
/** Wrong with the document: its number doesn't belong to what it says. */
export const documentFlaws = ['forged'] as const;
export type Flaw = (typeof photoFlaws)[number] | (typeof documentFlaws)[number];

/** A document to be drawn, as it lies on a desk. */
export interface DocumentOrder {
  readonly kind: DocumentKind;
  readonly side: 'front' | 'back';
  readonly person: DocumentPerson;
  readonly face: Face;
  /** YYYY-MM-DD */
  readonly expires: string;
  /** Made up of the person, when left out. */
  readonly number?: string;
  readonly flaws?: readonly Flaw[];
}
