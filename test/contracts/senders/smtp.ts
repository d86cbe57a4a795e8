import { startMailServer } from '../../support/mail-server.ts';
import type { OpenSenderWorld } from './world.ts';

const account = { user: 'bevan', pass: 'p@ss:word/%' };

const openWorld: OpenSenderWorld = async () => {
  const server = await startMailServer({ account });
  const credentials = `${account.user}:${encodeURIComponent(account.pass)}`;
  return {
    environment: {
      BEVAN_SMTP_URL: `smtp://${credentials}@127.0.0.1:${server.port}`,
      BEVAN_SMTP_FROM: 'no-reply@login.example',
    },
    received: () =>
      Promise.resolve(
        server.taken.map(({ to, subject, parts, headers }) => ({
          channel: 'email',
          to: to.join(', '),
          subject,
          text: parts.get('text/plain') ?? '',
          id: headers.get('message-id') ?? '',
        })),
      ),
    trouble: {
      passing: () => server.answerNext({ to: 'RCPT TO', code: 451, text: '4.3.0 Try again later' }),
      forGood: () => server.answerNext({ to: 'RCPT TO', code: 550, text: '5.1.1 No such mailbox' }),
      goAway: server.stop,
      comeBack: server.start,
    },
    close: server.stop,
  };
};

export default openWorld;
