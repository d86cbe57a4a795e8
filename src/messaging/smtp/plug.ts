import { setting } from '#foundation/settings';
import { z } from 'zod';
import { senderPlug, type ReadyMessage } from '../sender.ts';
import { outcomeOf } from './outcome.ts';

const timeoutMs = 10_000;
/** An unused connection is closed soon, so that a stopping process doesn't wait for it. */
const idleMs = 5_000;

const mailServer = z
  .string('is needed when mail goes through a mail server')
  .refine(
    isMailServer,
    'must be smtp://user:password@host:port or smtps://…, without anything after the port',
  )
  .transform((text) => new URL(text));

const mailbox = z
  .string('is needed when mail goes through a mail server')
  .regex(
    /^(?:[^\p{Cc}<>"@]*<[\w.+-]+@[\w.-]+>|[\w.+-]+@[\w.-]+)$/u,
    'must be an address, or “Name <address>”',
  )
  .transform((text) => {
    const [name = '', address] = text.split(/[<>]/u);
    return address === undefined ? { name: '', address: text } : { name: name.trim(), address };
  });

function isMailServer(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || !['smtp:', 'smtps:'].includes(url.protocol) || url.hostname === '') return false;
  return ['', '/'].includes(url.pathname) && url.search === '' && url.hash === '';
}

/** Whether what is said to this host never leaves the machine. */
function isLoopback(hostname: string): boolean {
  return /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/u.test(hostname);
}

function connectionTo(server: URL) {
  const secure = server.protocol === 'smtps:';
  const isNear = isLoopback(server.hostname);
  const { username, password } = server;
  return {
    host: server.hostname.replaceAll(/[[\]]/gu, ''),
    port: server.port === '' ? (secure ? 465 : 587) : Number(server.port),
    secure,
    // Away from this machine nothing is said before TLS; on it a mail server has no certificate that could be checked.
    requireTLS: !secure && !isNear,
    ignoreTLS: !secure && isNear,
    tls: { minVersion: 'TLSv1.2' as const },
    ...(username === ''
      ? {}
      : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
  };
}

/** E-mail through an SMTP server: over TLS, with a certificate that is checked, unless it is on this machine. */
const plug = senderPlug({
  id: 'smtp',
  channels: ['email'],
  settings: {
    server: setting({
      variable: 'BEVAN_SMTP_URL',
      schema: mailServer,
      byDefault: 'none; needed when this sender is chosen',
      sentence:
        'The mail server, as `smtp://user:password@host:port` (STARTTLS, required unless the host is this machine) or `smtps://…` (TLS from the start). Characters with a meaning in addresses are written as `%` and two hexadecimal digits.',
      secret: true,
    }),
    from: setting({
      variable: 'BEVAN_SMTP_FROM',
      schema: mailbox,
      byDefault: 'none; needed when this sender is chosen',
      sentence:
        'The sender that people see, such as `Example login <no-reply@login.example>`; a bare address gets the service’s name.',
    }),
  },
  createSender: ({ server, from }) => {
    // Only a process that sends mail loads what sends it.
    let opened: ReturnType<typeof openTransport> | undefined;
    return {
      send: async ({ settings, clock }, message, signal) => {
        const { name, address } = from;
        const sender = { name: name === '' ? settings.serviceName : name, address };
        try {
          opened ??= openTransport(server);
          const transport = await opened;
          await transport.sendMail({ from: sender, date: clock.now(), signal, ...mailOf(message, address) });
          return { outcome: 'sent' };
        } catch (error) {
          return outcomeOf(error);
        }
      },
      close: () => void opened?.then((transport) => transport.close()),
    };
  },
});

async function openTransport(server: URL) {
  const { createTransport } = await import('nodemailer');
  return createTransport({
    ...connectionTo(server),
    pool: true,
    maxConnections: 4,
    // Trying again is the queue's business: it knows how long a message is useful.
    maxRequeues: 0,
    idleTimeout: idleMs,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

function mailOf(message: ReadyMessage, from: string) {
  return {
    to: { name: '', address: message.to },
    subject: message.subject ?? '',
    text: message.text,
    ...(message.html === undefined ? {} : { html: message.html }),
    // The same on every try, so that a mailbox can tell a repeated message.
    messageId: `<${message.id}@${from.slice(from.lastIndexOf('@') + 1)}>`,
    headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': message.language },
  };
}

export default plug;
