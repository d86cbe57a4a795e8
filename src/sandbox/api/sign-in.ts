import { z } from 'zod';
import {
  signInHeadless,
  type HeadlessDeps,
  type HeadlessOutcome,
  type Hindrance,
} from '../headless/sign-in.ts';
import { scanned } from '../cases/draw-specimens.ts';
import { usualReason, type WantedCheck } from '../cases/photo-checks.ts';
import { findPersona, personas, sandboxPassword } from '../personas.ts';
import { birthdate, nhsNumber, writtenDetails } from './member.ts';
import { operation, refusal, type Operation, type Reply } from './operation.ts';

const body = z.strictObject(
  {
    authorize_url: z
      .url({ error: 'must be the address to which the service would send a browser' })
      .max(20_000),
    persona: z
      .string({ error: 'must be a persona’s id' })
      .max(300)
      .transform((name, context) => {
        const email = name.includes('@') ? name : findPersona(name)?.email;
        if (email !== undefined) return email;
        context.addIssue({
          code: 'custom',
          message: `must be an e-mail address, or one of ${personas.map(({ id }) => id).join(', ')}`,
        });
        return z.NEVER;
      })
      .describe('a persona’s id, or the e-mail address of somebody whom you made'),
    password: z
      .string({ error: 'must be text' })
      .max(128)
      .default(sandboxPassword)
      .describe('only for somebody whom you made with a password of their own'),
    authentication: z
      .array(z.enum(['Cp', 'Cd'], { error: 'must be Cp or Cd' }), { error: 'must be a list of factors' })
      .optional()
      .describe('what the person does to sign in; as much as the request needs when left out'),
    consent: z
      .boolean({ error: 'must be true or false' })
      .default(true)
      .describe('whether the person agrees to share their details, if asked'),
    says: z
      .strictObject({ nhsNumber, birthdate, postcode: z.string({ error: 'must be a postcode' }).max(20) })
      .nullable()
      .optional()
      .describe(
        'what the person says of themselves when the request needs P5 or P9 and they are not there yet: a persona what the list of personas says, unless this is null',
      ),
    gp: writtenDetails
      .nullable()
      .optional()
      .describe(
        'the registration details that the person types when the request needs P9 and they are not there yet: a persona what the list of personas says; null for somebody who does not try to prove who they are, in any way',
      ),
    face_scan: z
      .enum(scanned, { error: `must be ${scanned.join(', ')}` })
      .optional()
      .describe(
        'the person photographs a passport and scans a face when the request needs P9 and they are not there yet, instead of anything else, and this is before the camera: themselves, who are approved by a machine at once, if it may decide all; a photo of themselves, or somebody else, which a person decides (see /cases)',
      ),
    photo_id: z
      .enum(['approve', 'decline', 'hold', 'pending'], {
        error: 'must be approve, decline, hold or pending',
      })
      .optional()
      .describe(
        'the person sends photo ID and a video when the request needs P9 and they are not there yet, instead of anything else, and this comes of it; what they have sent before is decided, if nobody has yet. Only with approve does the service get P9',
      ),
  },
  {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `has members that are not known: ${issue.keys.join(', ').slice(0, 200)}`
        : 'must be a JSON object',
  },
);

/** What comes of photo ID and a video, by the word for it here. */
const comes = {
  approve: 'approved',
  decline: { declined: usualReason },
  hold: 'on-hold',
  pending: 'pending',
} as const satisfies Record<string, WantedCheck>;

const hindrances: Readonly<Record<Hindrance, string>> = {
  no_account: 'This person has no login yet. Choose one who has, or make the login in a browser.',
  password_locked:
    'Signing in is locked after too many wrong passwords. Reset the persona, or move the clock by PT16M.',
  password_changed: 'The password is not the right one (any more). Reset the persona, or give the password.',
  no_phone: 'The request needs a code, and this persona has no mobile number.',
  code_locked:
    'Too many codes were asked for, or too many were wrong. Reset the persona, or move the clock by PT16M.',
  code_not_delivered: 'The code did not arrive in the inbox.',
  match_locked:
    'Details were matched too often without success. Reset the persona, or move the clock by PT16M.',
  register_unavailable: 'The national register does not answer; its faults are at /faults.',
  details_locked: 'Registration details were wrong too often. Reset the persona, or move the clock by PT61M.',
  gp_system_unavailable: 'The GP system of the practice does not answer; its faults are at /faults.',
  photo_id_not_possible:
    'This person can’t send photo ID and a video now: three were sent in a day, the last answer was final, or this way is not switched on. Reset the persona, or move the clock by P1D.',
  face_scan_not_possible:
    'This person can’t scan their face now: three were sent in a day, one is being checked, the last answer was final, or this way is not switched on. Reset the persona, decide at /cases, or move the clock by P1D.',
  authentication_insufficient: 'The request needs more than the authentication that was given.',
};

export function signInOperations(deps: HeadlessDeps): Operation[] {
  const { origin } = new URL(deps.house.settings.issuer);
  return [
    operation({
      method: 'POST',
      path: '/sign-in',
      summary:
        'Signs a person in without a browser, and gives the address to which a browser would have been sent.',
      input: { body },
      answers: {
        200: {
          description: 'Where the browser would have gone: the redirect URI with a code, or with an error.',
          schema: z.object({ location: z.string() }),
        },
        400: {
          description:
            'The call does not fit, or the login answered the request with an error and no redirect.',
        },
        409: { description: 'This person cannot complete this sign-in; the error says why.' },
      },
      handle: async ({ body: asked }) => {
        if (new URL(asked.authorize_url).origin !== origin) {
          return refusal(
            400,
            'invalid_request',
            `authorize_url must be an address of this login, below ${origin}`,
          );
        }
        const {
          authorize_url: authorizeUrl,
          persona: email,
          password,
          says,
          gp,
          photo_id: wanted,
          face_scan: faceScan,
          ...rest
        } = asked;
        const person = { email, password };
        const persona = personas.find((one) => one.email === email);
        const said = says === undefined ? persona?.says : (says ?? undefined);
        const typed = gp === undefined ? persona?.gp?.types : gp;
        const photoId = wanted === undefined ? undefined : comes[wanted];
        const asking = { authorizeUrl, person, says: said, gp: typed, photoId, faceScan, ...rest };
        return replyTo(await signInHeadless(deps, asking));
      },
    }),
  ];
}

function replyTo(outcome: HeadlessOutcome): Reply {
  switch (outcome.outcome) {
    case 'redirected':
      return { status: 200, body: { location: outcome.location } };
    case 'answered':
      return refusal(
        400,
        'refused_without_redirect',
        'The login answered with an error and did not redirect.',
        {
          status: outcome.status,
          answer: readAnswer(outcome.body),
        },
      );
    case 'stopped':
      return refusal(409, outcome.because, hindrances[outcome.because]);
  }
}

const mostShown = 2000;

function readAnswer(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text.slice(0, mostShown);
  }
}
