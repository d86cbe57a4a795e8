import { z } from 'zod';
import { mostRequests, type KeptRequest, type RequestLog } from '../requests/log.ts';
import { requestRecord } from '../requests/record.ts';
import { operation, refusal, type Operation } from './operation.ts';

const requestSchema = requestRecord.extend({
  id: z.string(),
  received_at: z.iso.datetime(),
  sign_in: z.string().describe('the same for all requests of one sign-in'),
});

const query = z.object({
  client_id: z.string().optional().describe('only requests that say that they are of this client'),
  limit: z.coerce.number({ error: 'must be a number' }).int().min(1).max(mostRequests).optional(),
});

function onTheWire({ id, receivedAt, signIn, ...record }: KeptRequest): z.input<typeof requestSchema> {
  return { id, received_at: receivedAt.toISOString(), sign_in: signIn, ...record };
}

export function requestOperations({ requests }: { requests: RequestLog }): Operation[] {
  return [
    operation({
      method: 'GET',
      path: '/requests',
      summary: `Lists the last requests of services, at most ${mostRequests}, the newest first, each explained.`,
      input: { query },
      answers: { 200: { description: 'The requests.', schema: z.array(requestSchema) } },
      handle: async ({ query: { client_id: clientId, limit } }) => ({
        status: 200,
        body: (await requests.list({ clientId, limit })).map(onTheWire),
      }),
    }),
    operation({
      method: 'GET',
      path: '/requests/{id}',
      summary: 'Shows one request, by the id at the end of the error_uri that it was answered with.',
      input: { params: z.object({ id: z.string() }) },
      answers: {
        200: { description: 'The request.', schema: requestSchema },
        404: { description: 'There is no such request, or it is not kept any more.' },
      },
      handle: async ({ params: { id } }) => {
        const found = await requests.read(id);
        return found === undefined
          ? refusal(404, 'unknown_request', 'There is no request of this id, or it is not kept any more.')
          : { status: 200, body: onTheWire(found.request) };
      },
    }),
    operation({
      method: 'DELETE',
      path: '/requests',
      summary: 'Forgets all requests.',
      input: {},
      answers: { 204: { description: 'Done.' } },
      handle: async () => {
        await requests.clear();
        return { status: 204 };
      },
    }),
  ];
}
