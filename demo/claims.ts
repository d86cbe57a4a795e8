/** What each header member and claim tells a service. */
export const explanations: Readonly<Record<string, string>> = {
  alg: 'How the token is signed.',
  typ: 'That this is a JSON Web Token.',
  kid: 'Which of the login’s published keys signed it.',
  iss: 'The login that issued it. Has to be exactly the issuer that you configured.',
  sub: 'The person: the same at every sign-in, and never given to anybody else. Keep this, not the e-mail address.',
  aud: 'The service that it is for. Has to be your client id.',
  exp: 'Not to be accepted after this time.',
  iat: 'When it was issued.',
  jti: 'The token’s own, unique number.',
  auth_time: 'When the person last showed who they are. It stays the same when they sign in silently.',
  nonce: 'What you sent with the request: it ties this token to this sign-in.',
  vot: 'What really happened, as one of the vectors that you asked for.',
  vtm: 'Where it is written what the vectors mean.',
  token_use: 'Which of the two tokens this is.',
  client_id: 'The service that it was issued to.',
  scope: 'What it opens.',
  version: 'The version of the token’s shape.',
  identity_proofing_level: 'How well it is known who the person is, even if you asked for less.',
  email: 'The person’s e-mail address. It can change.',
  email_verified: 'That the person received a code there.',
  phone_number: 'The person’s phone number in the international format.',
  phone_number_verified: 'That the person received a code there.',
  phone_number_pds_matched: 'Whether it was found on the person’s national record.',
  nhs_number: 'The person’s NHS number.',
  family_name: 'The person’s last name, as on their NHS record.',
  given_name: 'The person’s first names, as on their NHS record.',
  birthdate: 'When the person was born.',
  landline_number: 'The person’s landline in the international format.',
  landline_number_verified: 'That the person received a code there.',
  gp_registration_details: 'The practice where the person is registered.',
  gp_integration_credentials:
    'With these a service reaches the person’s record in the practice’s own system.',
  client_user_metadata: 'What this service keeps there about the person; PATCH /userinfo changes it.',
  at_hash: 'A fingerprint of the access token that came with it.',
  access_token: 'Opens /userinfo and other interfaces for a few minutes.',
  id_token: 'Says who signed in and how.',
  refresh_token: 'Gets a new access token once. Each refresh returns the next one.',
  token_type: 'How the access token is shown: in the Authorization header, after the word Bearer.',
  expires_in: 'For how many seconds the access token lasts.',
};

const times = new Set(['exp', 'iat', 'auth_time']);

/** @returns a value as a person reads it; times with their date */
export function readable(name: string, value: unknown): string {
  if (times.has(name) && typeof value === 'number')
    return `${value} (${new Date(value * 1000).toISOString()})`;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** @returns the two readable parts of a token that has been checked already */
export function openToken(token: string): {
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
} {
  const [header, claims] = token.split('.', 2).map((part): Record<string, unknown> => {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? { ...value } : {};
  });
  return { header: header ?? {}, claims: claims ?? {} };
}
