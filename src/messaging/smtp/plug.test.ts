import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import net, { type AddressInfo } from 'node:net';
import tls from 'node:tls';
import { after, afterEach, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { secondsAfter } from '#foundation/clock';
import { SettingsFault } from '#foundation/settings';
import { makeCertificate } from '../../../test/support/certificate.ts';
import { createTestHouse, testSettings, type TestHouse } from '../../../test/support/house.ts';
import {
  startMailServer,
  type MailServer,
  type MailServerOptions,
} from '../../../test/support/mail-server.ts';
import { sendMessage, startMessagingWork } from '../index.ts';
import type { ReadyMessage, Sender } from '../sender.ts';
import { closeSenders, loadSenders } from '../senders.ts';
import { outcomeOf } from './outcome.ts';
import plug from './plug.ts';

const account = { user: 'bevan', pass: 'p@ss:word/%' };
const credentials = `${account.user}:${encodeURIComponent(account.pass)}`;
/** An address of this machine that isn't known as one, so that it stands for another machine. */
const elsewhere = '0.0.0.0';
const trusted = makeCertificate(['localhost', '127.0.0.1', elsewhere]);
const untrusted = makeCertificate(['localhost', '127.0.0.1', elsewhere]);

const servers: MailServer[] = [];
const senders: Sender[] = [];
let open: TestHouse;
const certificatesBefore = tls.getCACertificates('default');
before(async () => {
  tls.setDefaultCACertificates([...certificatesBefore, trusted.cert]);
  open = await createTestHouse();
});
afterEach(async () => {
  for (const sender of senders.splice(0)) sender.close?.();
  for (const server of servers.splice(0)) await server.stop();
});
after(async () => {
  tls.setDefaultCACertificates(certificatesBefore);
  await open.close();
});

async function serve(options: MailServerOptions = {}): Promise<MailServer> {
  const server = await startMailServer(options);
  servers.push(server);
  return server;
}

function senderTo(url: string, from = 'no-reply@login.example'): Sender {
  const environment = { BEVAN_SMTP_URL: url, BEVAN_SMTP_FROM: from };
  const sender = plug.createSender({ mode: 'production', environment, channels: ['email'] });
  senders.push(sender);
  return sender;
}

const message = (more: Partial<ReadyMessage> = {}): ReadyMessage => ({
  id: randomUUID(),
  attempt: 1,
  channel: 'email',
  language: 'cy',
  to: 'ada@people.example',
  subject: 'Eich cod diogelwch',
  text: 'Eich cod yw 135790\n',
  html: '<p>Eich cod yw 135790</p>\n',
  code: '135790',
  links: [],
  ...more,
});
const send = (sender: Sender, more: Partial<ReadyMessage> = {}) =>
  sender.send(open.house, message(more), new AbortController().signal);

describe('on its way to a mail server', () => {
  test('an e-mail has one recipient, both forms of its text, its language, and a Message-ID of its own', async () => {
    const server = await serve();
    const sent = message();
    await senderTo(`smtp://127.0.0.1:${server.port}`).send(open.house, sent, new AbortController().signal);
    const [mail] = server.taken;
    assert.deepEqual(mail?.to, ['ada@people.example']);
    assert.equal(mail.from, 'no-reply@login.example');
    assert.equal(mail.headers.get('to'), 'ada@people.example');
    assert.equal(mail.headers.get('from'), 'Bevan login <no-reply@login.example>');
    assert.equal(mail.headers.get('message-id'), `<${sent.id}@login.example>`);
    assert.equal(mail.headers.get('content-language'), 'cy');
    assert.equal(mail.headers.get('auto-submitted'), 'auto-generated');
    assert.deepEqual([...mail.parts.keys()], ['text/plain', 'text/html']);
    assert.equal(mail.parts.get('text/html')?.trim(), sent.html?.trim());
  });

  test('a line of the text that would end the message, or begin another command, is text', async () => {
    const server = await serve();
    const text = 'first\n.\nRCPT TO:<eve@people.example>\nlast\n';
    await send(senderTo(`smtp://127.0.0.1:${server.port}`), { text });
    assert.equal(server.taken.length, 1);
    assert.deepEqual(server.taken[0]?.to, ['ada@people.example']);
    assert.equal(server.taken[0].parts.get('text/plain')?.trim(), text.trim());
  });

  test('a sender’s name is shown, or the service’s', async () => {
    const server = await serve();
    const url = `smtp://127.0.0.1:${server.port}`;
    await send(senderTo(url, 'Gŵyl, Iechyd <help@login.example>'));
    assert.match(server.taken[0]?.headers.get('from') ?? '', /^=\?UTF-8\?.+\?= <help@login\.example>$/u);
    for (const from of [
      'nobody',
      'a@b.example, c@d.example',
      'A\r\nBcc: c@d.example <a@b.example>',
      '"A" <a@b.example>',
    ]) {
      assert.throws(() => senderTo(url, from), SettingsFault, from);
    }
  });

  test('one connection serves several e-mails', async () => {
    const server = await serve();
    const sender = senderTo(`smtp://127.0.0.1:${server.port}`);
    for (let count = 0; count < 5; count += 1) assert.deepEqual(await send(sender), { outcome: 'sent' });
    assert.equal(server.taken.length, 5);
    assert.equal(server.connections, 1);
  });
});

describe('with a mail server on another machine', () => {
  test('nothing is said without TLS: no password, no address', async () => {
    const server = await serve({ host: elsewhere, account });
    const sender = senderTo(`smtp://${credentials}@${elsewhere}:${server.port}`);
    assert.deepEqual(await send(sender), { outcome: 'not_now', reason: 'smtp-ETLS' });
    assert.deepEqual([server.credentials, server.taken], [[], []]);
  });

  test('STARTTLS is enough when its certificate can be trusted', async () => {
    const server = await serve({ host: elsewhere, account, certificate: trusted });
    assert.deepEqual(await send(senderTo(`smtp://${credentials}@${elsewhere}:${server.port}`)), {
      outcome: 'sent',
    });
    assert.equal(server.taken[0]?.overTls, true);
    assert.deepEqual(server.credentials, [`${account.user}:${account.pass}`]);
  });

  test('nothing is said to one with a certificate that nobody vouches for', async () => {
    const server = await serve({ host: elsewhere, account, certificate: untrusted });
    const outcome = await send(senderTo(`smtp://${credentials}@${elsewhere}:${server.port}`));
    assert.equal(outcome.outcome, 'not_now');
    assert.deepEqual([server.credentials, server.taken], [[], []]);
  });

  test('TLS from the start checks the certificate as well, also on this machine', async () => {
    const good = await serve({ secure: true, certificate: trusted });
    assert.deepEqual(await send(senderTo(`smtps://localhost:${good.port}`)), { outcome: 'sent' });
    assert.equal(good.taken[0]?.overTls, true);
    const bad = await serve({ secure: true, certificate: untrusted });
    assert.equal((await send(senderTo(`smtps://localhost:${bad.port}`))).outcome, 'not_now');
    assert.deepEqual(bad.taken, []);
  });

  test('the address can’t turn any of this off', () => {
    for (const more of [
      '?requireTLS=false',
      '?ignoreTLS=true',
      '?tls.rejectUnauthorized=false',
      '/path',
      '#x',
    ]) {
      assert.throws(() => senderTo(`smtp://mail.example:587${more}`), SettingsFault, more);
    }
    for (const url of ['http://mail.example', 'smtp://', 'mail.example:587', '']) {
      assert.throws(() => senderTo(url), SettingsFault, url);
    }
  });
});

describe('what a mail server says', () => {
  const told = async (to: 'RCPT TO' | 'DATA' | 'MAIL FROM', code: number, text: string) => {
    const server = await serve();
    server.answerNext({ to, code, text });
    return send(senderTo(`smtp://127.0.0.1:${server.port}`));
  };

  test('is a refusal for good when it will never take this message', async () => {
    assert.deepEqual(await told('RCPT TO', 550, '5.1.1 No such mailbox'), {
      outcome: 'refused',
      reason: 'smtp-550',
    });
    assert.deepEqual(await told('RCPT TO', 553, 'no such address'), {
      outcome: 'refused',
      reason: 'smtp-553',
    });
    assert.deepEqual(await told('DATA', 554, '5.6.0 Looks like spam'), {
      outcome: 'refused',
      reason: 'smtp-554',
    });
  });

  test('is a reason to try again when it passes, or when the operator can mend it', async () => {
    assert.deepEqual(await told('RCPT TO', 450, '4.2.1 Greylisted'), {
      outcome: 'not_now',
      reason: 'smtp-450',
      by: 'mailbox',
    });
    const byMailbox = async (...reply: Parameters<typeof told>) => {
      const outcome = await told(...reply);
      return outcome.outcome === 'not_now' && outcome.by === 'mailbox';
    };
    assert.equal(await byMailbox('RCPT TO', 452, '4.2.2 The mailbox is full'), true);
    assert.equal(await byMailbox('RCPT TO', 450, 'Mailbox busy'), true);
    assert.equal(await byMailbox('DATA', 450, '4.1.2 No such domain for now'), true);
    // What the operator can mend, or is on the way.
    assert.equal(await byMailbox('RCPT TO', 450, '4.7.1 Who are you'), false);
    assert.equal(await byMailbox('RCPT TO', 451, '4.3.0 Out of order'), false);
    assert.equal(await byMailbox('RCPT TO', 451, 'Out of order'), false);
    assert.equal(await byMailbox('MAIL FROM', 450, '4.1.8 No such sender'), false);
    assert.deepEqual(await told('DATA', 452, '4.3.1 Disk full'), { outcome: 'not_now', reason: 'smtp-452' });
    assert.deepEqual(await told('MAIL FROM', 550, '5.7.1 Unknown sender'), {
      outcome: 'not_now',
      reason: 'smtp-550',
    });
    assert.deepEqual(await told('RCPT TO', 554, '5.7.1 Relay denied'), {
      outcome: 'not_now',
      reason: 'smtp-554',
    });
    assert.deepEqual(await told('RCPT TO', 530, 'Authentication required'), {
      outcome: 'not_now',
      reason: 'smtp-530',
    });
  });

  test('about a wrong password is a reason to try again: the operator mends it, and the message gets through', async () => {
    const server = await serve({ account });
    const wrong = await send(senderTo(`smtp://bevan:wrong@127.0.0.1:${server.port}`));
    assert.deepEqual(wrong, { outcome: 'not_now', reason: 'smtp-535' });
    assert.deepEqual(await send(senderTo(`smtp://${credentials}@127.0.0.1:${server.port}`)), {
      outcome: 'sent',
    });
  });

  test('is never taken for a refusal when it isn’t an answer', () => {
    for (const error of [
      undefined,
      'text',
      new Error('boom'),
      { code: 'ECONNECTION' },
      { responseCode: 'x' },
    ]) {
      assert.equal(outcomeOf(error).outcome, 'not_now');
    }
  });

  test('may be nothing at all: sending ends when its time is over', async () => {
    const silent = net.createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const giveUp = new AbortController();
    const sending = senderTo(`smtp://127.0.0.1:${port}`).send(open.house, message(), giveUp.signal);
    silent.once('connection', () => giveUp.abort());
    assert.equal((await sending).outcome, 'not_now');
    await new Promise((resolve) => silent.close(resolve));
  });
});

test('while the mail server is down a message waits, and goes out when it is back', async () => {
  const server = await serve({ account });
  await server.stop();
  const environment = {
    BEVAN_EMAIL_SENDER: plug.id,
    BEVAN_SMTP_URL: `smtp://${credentials}@127.0.0.1:${server.port}`,
    BEVAN_SMTP_FROM: 'no-reply@login.example',
  };
  const chosen = await loadSenders(testSettings(environment), environment);
  const beside = await createTestHouse({ beside: open });
  const { pool } = beside.house.database;
  const untilJobIs = async (state: string) => {
    for (let looks = 0; looks < 2000; looks += 1) {
      const { rowCount } = await pool.query('SELECT FROM jobs.job WHERE state = $1', [state]);
      if (rowCount !== 0) return;
      await wait(20);
    }
    assert.fail(`the job is never ${state}`);
  };
  try {
    await startMessagingWork(beside.house, beside.jobs, chosen);
    await beside.house.transact((deps) =>
      sendMessage(deps, {
        message: 'reset-password',
        channel: 'email',
        to: 'ada@people.example',
        language: 'en',
        values: { link: 'https://login.example/reset-password/abc' },
        usefulUntil: secondsAfter(beside.clock.now(), 3600),
      }),
    );
    await untilJobIs('retry');
    server.answerNext({ to: 'RCPT TO', code: 451, text: '4.3.0 Still waking up' });
    await server.start();
    await untilJobIs('completed');
    assert.equal(server.taken.length, 1);
    assert.match(
      server.taken[0]?.parts.get('text/plain') ?? '',
      /https:\/\/login\.example\/reset-password\/abc/u,
    );
  } finally {
    await beside.close();
    closeSenders(chosen);
  }
});
