export {
  listSigningKeys,
  retireSigningKey,
  rotateSigningKeys,
  signingKeyOnTheWire,
  tendSigningKeys,
} from './keys/life.ts';
export {
  inspectCode,
  inspectRefreshToken,
  type CodeFacts,
  type RefreshTokenFacts,
} from './observation/inspect.ts';
export type { Caller, ObserveService, ServiceRequest } from './observation/observer.ts';
export { openidRoutes } from './routes.ts';
export {
  finishConsent,
  finishSignIn,
  readSignInRequest,
  refuseRequest,
  type SignInRequest,
} from './sign-in/sign-in-request.ts';
export { forgetAccount, sweepOpenid } from './sweep.ts';
