/** What the person who checks is given. Files are in the bundle of the case. */
export interface CaseEvidence {
  readonly document: { readonly kind: string; readonly frontId: string; readonly backId?: string };
  readonly video?: {
    readonly fileId: string;
    readonly way: 'say' | 'write' | 'sign';
    /** The four numbers, in their order. */
    readonly digits: readonly [number, number, number, number];
  };
}

export type CaseState = 'queued' | 'claimed' | 'holding' | 'processing' | 'approved' | 'declined';
