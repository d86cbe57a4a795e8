import type { House } from '#foundation/deps';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { holdsNul, refuseStranger } from '../guard.ts';
import { describeOperations } from './openapi.ts';
import { refusal, type Operation, type Reply } from './operation.ts';

const base = '/sandbox/api';

/** Mounts operations, and their description at `openapi.json`. */
export async function mountOperations(
  app: FastifyInstance,
  house: House,
  operations: readonly Operation[],
): Promise<void> {
  const description = describeOperations(operations, `${house.settings.issuer}${base}`);
  await app.register(
    async (api) => {
      readJson(api);
      api.addHook('onRequest', async (request, reply) => {
        const stranger = refuseStranger(house, request);
        if (stranger !== undefined) return answer(reply, { status: 403, body: stranger });
        return holdsNul(request) ? reply.callNotFound() : undefined;
      });
      for (const { method, path, run } of operations) {
        api.route({
          method,
          url: path.replaceAll(/\{(\w+)\}/gu, ':$1'),
          handler: async (request, reply) => {
            const { params, query, body } = request;
            return answer(reply, await run({ params, query, body: body ?? undefined }));
          },
        });
      }
      api.get('/openapi.json', (_request, reply) => reply.send(description));
      api.setNotFoundHandler((_request, reply) =>
        answer(reply, refusal(404, 'not_found', `There is no such operation; see ${base}/openapi.json.`)),
      );
      answerUnreadable(api);
    },
    { prefix: base },
  );
}

/** JSON alone is read: a form of another site's page can't send it. */
function readJson(api: FastifyInstance): void {
  api.removeAllContentTypeParsers();
  api.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    const text = body.toString();
    if (text === '') return done(null, undefined);
    try {
      return done(null, JSON.parse(text));
    } catch {
      return done(Object.assign(new Error('the body is not JSON'), { statusCode: 400 }), undefined);
    }
  });
}

/** Calls that can't be read get an answer of this interface's own shape; all else is the house's to answer. */
function answerUnreadable(api: FastifyInstance): void {
  api.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    switch (error.statusCode) {
      case 400:
        return answer(reply, refusal(400, 'invalid_request', 'The body must be JSON.'));
      case 413:
        return answer(reply, refusal(413, 'too_large', 'The body is too large.'));
      case 415:
        return answer(reply, refusal(415, 'unsupported_media_type', 'Send application/json.'));
      default:
        throw error;
    }
  });
}

function answer(reply: FastifyReply, { status, body }: Reply): FastifyReply {
  void reply.code(status);
  return body === undefined
    ? reply.send()
    : reply.type('application/json; charset=utf-8').send(JSON.stringify(body));
}
