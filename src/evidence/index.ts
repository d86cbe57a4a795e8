export {
  fileRefusals,
  imageProblems,
  type EvidenceFile,
  type EvidenceKind,
  type EvidenceReader,
  type FileRefusal,
  type ImageProblem,
  type ReceivedFile,
} from './types.ts';
