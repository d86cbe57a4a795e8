import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomBytes } from 'node:crypto';
import type { OpenSenderWorld, Received } from './world.ts';

/** A double of Twilio's calls that answers as its API is documented. */
const openWorld: OpenSenderWorld = async () => {
  const accountSid = `AC${randomBytes(16).toString('hex')}`;
  const keySid = `SK${randomBytes(16).toString('hex')}`;
  const keySecret = randomBytes(24).toString('base64url');
  const allowed = `Basic ${Buffer.from(`${keySid}:${keySecret}`).toString('base64')}`;
  const taken: Received[] = [];
  const statuses: number[] = [];

  const answer = (path: string | undefined, authorization: string | undefined, body: string): number => {
    if (path !== `/2010-04-01/Accounts/${accountSid}/Calls.json`) return 404;
    if (authorization !== allowed) return 401;
    const status = statuses.shift();
    if (status !== undefined) return status;
    const form = new URLSearchParams(body);
    const said =
      /^<Response><!-- ([\da-f-]{36}) --><Pause length="1"\/><Say language="(?:en|cy)-GB" voice="Polly\.\w+"><prosody rate="\d+%">([^<>]*)<\/prosody><\/Say><\/Response>$/u;
    const [, id = '', text = ''] = said.exec(form.get('Twiml') ?? '') ?? [];
    if (id === '' || form.get('From') !== '+441632960001') return 400;
    const unescaped = text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
    taken.push({ channel: 'voice', to: form.get('To') ?? '', text: unescaped, id });
    return 201;
  };
  const open = async (port: number) => {
    const made = createServer((request, response) => {
      void request.toArray().then((chunks) => {
        const status = answer(request.url, request.headers.authorization, Buffer.concat(chunks).toString());
        response.writeHead(status, { 'content-type': 'application/json' });
        return response.end(JSON.stringify(status === 201 ? { status: 'queued' } : { status, code: 20_000 }));
      });
    });
    await new Promise<void>((resolve) => made.listen(port, '127.0.0.1', resolve));
    return made;
  };
  let server: Awaited<ReturnType<typeof open>> | undefined = await open(0);
  const { port } = server.address() as AddressInfo;
  const stop = async () => {
    const closing = server;
    server = undefined;
    closing?.closeAllConnections();
    if (closing !== undefined) await new Promise((resolve) => closing.close(resolve));
  };
  return {
    environment: {
      BEVAN_TWILIO_ACCOUNT_SID: accountSid,
      BEVAN_TWILIO_API_KEY_SID: keySid,
      BEVAN_TWILIO_API_KEY_SECRET: keySecret,
      BEVAN_TWILIO_FROM: '+441632960001',
      BEVAN_TWILIO_BASE_URL: `http://127.0.0.1:${port}`,
    },
    received: () => Promise.resolve(taken),
    trouble: {
      passing: () => statuses.push(429),
      forGood: () => statuses.push(400),
      goAway: stop,
      comeBack: async () => {
        server ??= await open(port);
      },
    },
    close: stop,
  };
};

export default openWorld;
