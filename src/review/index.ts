export type { CaseEvidence, CaseState } from './types.ts';
