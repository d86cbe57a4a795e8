import type { House } from '#foundation/deps';
import { isCallerGone } from '#foundation/http';
import { isStorageUnavailable } from '#foundation/storage';
import type { FastifyError, FastifyInstance } from 'fastify';

/** Makes every fault at the addresses that programs call an answer that a program understands. */
export function answerPrograms(app: FastifyInstance, house: House): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const route = request.routeOptions.url;
    if (isCallerGone(request, error)) {
      house.log.debug({ route }, 'a caller hung up');
      return reply.code(400).send();
    }
    if (isStorageUnavailable(error)) {
      house.log.warn({ err: error, route }, 'the database is not available');
      return reply
        .code(503)
        .header('Retry-After', '5')
        .send({ error: 'temporarily_unavailable', error_description: 'try again shortly' });
    }
    // A body that doesn't say of what type it is, is no more than an invalid request to these addresses.
    const status = error.statusCode === 415 ? 400 : (error.statusCode ?? 500);
    if (status >= 400 && status < 500) {
      const description = status === 413 ? 'the request is too large' : 'the request could not be read';
      return reply.code(status).send({ error: 'invalid_request', error_description: description });
    }
    house.log.error({ err: error, route }, 'a request failed');
    return reply.code(500).send({ error: 'server_error', error_description: 'something went wrong' });
  });
}
