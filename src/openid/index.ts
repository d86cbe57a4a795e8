export { openidRoutes } from './routes.ts';
export { type BrowserSessions } from './sessions/browser-sessions.ts';
export {
  finishConsent,
  finishSignIn,
  readSignInRequest,
  refuseRequest,
  type SignInRequest,
} from './sign-in/sign-in-request.ts';
export { forgetAccount, sweepOpenid } from './sweep.ts';
