export { createWeb, isDirectFromThisMachine, readQuery, type Web } from './app.ts';
export { formOf, parseForm, type FormFields } from './forms.ts';
export { contentSecurityPolicy } from './headers.ts';
export {
  isCallerGone,
  pathOf,
  restOfQuery,
  type Explanation,
  type Finding,
  type Problem,
  type ProblemPages,
} from './problems.ts';
export { type Visitors } from './visitor.ts';
