import { setting } from '#foundation/settings';
import { createTransport } from 'nodemailer';
import { z } from 'zod';
import type { SenderPlug } from '../sender.ts';

const timeoutMs = 20_000;
const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/u;

const values = z.object({ url: z.string(), from: z.string() });

/** SMTP's permanent refusals (RFC 5321 §4.2.1): the server will never take this message. */
const permanent = z.object({ responseCode: z.number().min(500).max(599), command: z.enum(['RCPT TO', 'DATA']) });

/** E-mail through an SMTP server, over TLS unless the server is on this machine. */
const plug: SenderPlug = {
  id: 'smtp',
  channels: ['email'],
  settings: {
    url: setting({
      variable: 'BEVAN_SMTP_URL',
      schema: z.url({ protocol: /^smtps?$/u }),
      byDefault: 'none; needed when this sender is chosen',
      sentence: 'The mail server, as `smtp://user:password@host:port` (STARTTLS) or `smtps://…` (TLS from the start).',
      secret: true,
    }),
    from: setting({
      variable: 'BEVAN_SMTP_FROM',
      schema: z.string().regex(/^[^\p{Cc}<>]*<?[^\p{Cc}\s<>]+@[^\p{Cc}\s<>]+>?$/u, 'must be an address, or “Name <address>”'),
      byDefault: 'none; needed when this sender is chosen',
      sentence: 'The sender that people see, such as `Example login <no-reply@login.example>`.',
    }),
  },
  createSender: (given) => {
    const { url, from } = values.parse(given);
    const server = new URL(url);
    const transport = createTransport(
      {
        url,
        pool: true,
        maxConnections: 4,
        requireTLS: server.protocol === 'smtp:' && !loopback.test(server.hostname),
        connectionTimeout: timeoutMs,
        greetingTimeout: timeoutMs,
        socketTimeout: timeoutMs,
        disableFileAccess: true,
        disableUrlAccess: true,
      },
      { from },
    );
    return {
      send: async (_house, message) => {
        try {
          await transport.sendMail({
            to: { name: '', address: message.to },
            subject: message.subject ?? '',
            text: message.text,
            ...(message.html === undefined ? {} : { html: message.html }),
            // The same on every try, so that a mailbox can tell a repeated message.
            messageId: `<${message.id}@${from.split('@').at(-1)?.replace('>', '') ?? 'localhost'}>`,
            headers: { 'Auto-Submitted': 'auto-generated' },
          });
          return { outcome: 'sent' };
        } catch (error) {
          if (permanent.safeParse(error).success) return { outcome: 'refused' };
          throw error;
        }
      },
      close: () => transport.close(),
    };
  },
};

export default plug;
