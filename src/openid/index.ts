export {
  listSigningKeys,
  retireSigningKey,
  rotateSigningKeys,
  signingKeyOnTheWire,
  tendSigningKeys,
} from './keys/life.ts';
export { openidRoutes } from './routes.ts';
export {
  finishConsent,
  finishSignIn,
  readSignInRequest,
  refuseRequest,
  type SignInRequest,
} from './sign-in/sign-in-request.ts';
export { forgetAccount, sweepOpenid } from './sweep.ts';
