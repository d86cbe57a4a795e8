export {
  deleteBundle,
  forgetAccount,
  keepBundleUntil,
  keepOnly,
  openBundle,
  sweepEvidence,
} from './bundles.ts';
export { openEvidence, type Evidence } from './evidence.ts';
export { deleteFileOf, openFile, readFileOf, readImage, type OpenFile } from './files.ts';
export { keepPicture } from './keep-picture.ts';
export { readStanding, uploadBeganAt, type TakenUpload } from './look-at.ts';
export { receiveFile, receiveUpload, takeUpload } from './receive.ts';
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
export { listOwnFiles, tellPersonalData } from './personal-data-store.ts';
export { sendFile } from './send-file.ts';
export { uploadRoutes, uploadsPath, type MayUpload } from './upload-routes.ts';
export type { UploadState } from './upload-store.ts';
export { startEvidenceWork } from './work.ts';
