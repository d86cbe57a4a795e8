import type { House } from '#foundation/deps';
import { listSigningKeys, rotateSigningKeys, signingKeyOnTheWire } from '#openid';
import { z } from 'zod';
import { operation, refusal, type Operation, type Reply } from './operation.ts';

const time = z.iso.datetime().nullable();
const keySchema = z.object({
  kid: z.string(),
  state: z.enum(['next', 'active', 'retiring', 'retired']),
  published_at: z.iso.datetime(),
  signs_from: time.describe('when it began to sign; of the next key, from when on it may'),
  stopped_at: time.describe('when it signed no more'),
  retired_at: time.describe('when it was taken out of the JWKS; of a retiring key, when it will be'),
  private_part: z.boolean().describe('whether its private part is kept'),
});
const keysSchema = z.object({ keys: z.array(keySchema) });

const body = z
  .strictObject(
    {
      now: z
        .boolean({ error: 'must be true or false' })
        .default(false)
        .describe('lets the next key sign though it has not been published for a day, as in an emergency'),
    },
    {
      error: (issue) =>
        issue.code === 'unrecognized_keys' ? 'has members other than now' : 'must be a JSON object',
    },
  )
  .default({ now: false });

/** Lets an integrator rehearse what a rotation of the signing keys does to a service. */
export function keyOperations({ house }: { house: House }): Operation[] {
  return [
    operation({
      method: 'GET',
      path: '/keys',
      summary: 'Lists the signing keys with their states, the oldest first.',
      input: {},
      answers: { 200: { description: 'All there ever were.', schema: keysSchema } },
      handle: () => told(house),
    }),
    operation({
      method: 'POST',
      path: '/keys/rotate',
      summary:
        'Lets the next signing key sign, and publishes another. Move the clock to see the old one leave the JWKS.',
      input: { body },
      answers: {
        200: {
          description: 'The keys after it. Tokens and the JWKS follow within two seconds.',
          schema: keysSchema,
        },
        409: {
          description:
            'The next key has not been published for a day, too many are published, or somebody else just rotated.',
        },
      },
      handle: async ({ body: { now } }) => {
        const rotation = await house.transact((deps) => rotateSigningKeys(deps, { evenIfTooSoon: now }));
        switch (rotation.outcome) {
          case 'rotated':
            return told(house);
          case 'too_soon':
            return refusal(
              409,
              'too_soon',
              `The next key may sign from ${rotation.signsFrom.toISOString()} on: services need a day to notice it. Move the clock, or send {"now": true}.`,
            );
          case 'too_many':
            return refusal(
              409,
              'too_many',
              'As many keys are published as may be. Move the clock by PT25H, and the old ones retire.',
            );
          case 'rotated_meanwhile':
            return refusal(409, 'rotated_meanwhile', 'Somebody else rotated the keys at the same moment.');
        }
      },
    }),
  ];
}

async function told({ deps }: House): Promise<Reply> {
  return { status: 200, body: { keys: (await listSigningKeys(deps)).map(signingKeyOnTheWire) } };
}
