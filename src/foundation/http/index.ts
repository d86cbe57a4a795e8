export { createWeb, isDirectFromThisMachine, readQuery, type Web } from './app.ts';
export {
  notingDevice,
  notingDeviceIn,
  roughBrowsers,
  roughDevice,
  roughSystems,
  type RoughDevice,
} from './device.ts';
export { formOf, parseForm, type FormFields } from './forms.ts';
export { capturePermissions, contentSecurityPolicy } from './headers.ts';
export {
  isCallerGone,
  pathOf,
  restOfQuery,
  type Explanation,
  type Finding,
  type Problem,
  type ProblemPages,
} from './problems.ts';
export { sendInParts, type InParts } from './ranges.ts';
export {
  bringsUpload,
  FileTooBig,
  readUpload,
  takeUploads,
  uploadSeconds,
  type UploadedFile,
} from './uploads.ts';
export { sandboxCamera, type CookieSetter, type Visitors } from './visitor.ts';
