import { hearWarnings } from './engine/supported-runtime.ts';

export {
  listSigningKeys,
  retireSigningKey,
  rotateSigningKeys,
  signingKeyOnTheWire,
  tendSigningKeys,
} from './keys/life.ts';
export { ownPages } from './addresses.ts';
export { ownClientId } from './own-client.ts';
export {
  inspectCode,
  inspectRefreshToken,
  type CodeFacts,
  type RefreshTokenFacts,
} from './observation/inspect.ts';
export type { Caller, ObserveService, ServiceRequest } from './observation/observer.ts';
export { isStillLiving as isSessionLiving } from './hand-over/living-session.ts';
export { openidRoutes } from './routes.ts';
export {
  type Arrival,
  type BrowserSessions,
  type Exchange,
  type PagePerson,
} from './sessions/browser-sessions.ts';
export {
  askAgain,
  finishConsent,
  finishSignIn,
  readSignInRequest,
  refuseRequest,
  type SignInRequest,
} from './sign-in/sign-in-request.ts';
export { type BeginRequest } from './sign-in/begin-at-once.ts';
export { requestWaitingAt, type WaitingRequests } from './sign-in/waiting-requests.ts';
export { endTokensFor, hasLivingTokens } from './tokens/revocation.ts';
export { openVouching } from './tokens/vouching.ts';
export { startOpenidWork } from './work.ts';
export { type SignOutParameters, type SignOutReading } from './sign-out/sign-out-request.ts';
export { tellPersonalData } from './personal-data-store.ts';
export { forgetAccount, sweepOpenid } from './sweep.ts';

hearWarnings();
