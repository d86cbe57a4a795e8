import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import type { Certificate } from './certificate.ts';
import { readMail, type ReadMail } from './mail.ts';

/** What a mail server took: from whom, for whom, and how it came. */
export interface TakenMail extends ReadMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly overTls: boolean;
}

/** An answer to `RCPT TO` or `DATA` in place of 250. */
export interface Reply {
  readonly to: 'RCPT TO' | 'DATA' | 'MAIL FROM';
  readonly code: number;
  readonly text: string;
}

/** A real mail server on this machine. */
export interface MailServer {
  readonly port: number;
  readonly taken: readonly TakenMail[];
  /** User names and passwords that clients have said. */
  readonly credentials: readonly string[];
  /** Every client that connected. */
  readonly connections: number;
  /** Answers this to the next messages, then all is well again. */
  answerNext(...replies: Reply[]): void;
  stop(): Promise<void>;
  /** Listens again, where it did. */
  start(): Promise<void>;
}

export interface MailServerOptions {
  readonly certificate?: Certificate;
  /** TLS from the first byte. */
  readonly secure?: boolean;
  readonly host?: string;
  /** Whom it lets in; nobody needs to say anything when left out. */
  readonly account?: { readonly user: string; readonly pass: string };
}

/** Starts a mail server. Without a certificate it has no TLS. */
export async function startMailServer(options: MailServerOptions = {}): Promise<MailServer> {
  const taken: TakenMail[] = [];
  const credentials: string[] = [];
  const replies: Reply[] = [];
  const counts = { connections: 0 };
  const refusal = (command: Reply['to']): Error | undefined => {
    if (replies[0]?.to !== command) return undefined;
    const reply = replies.shift();
    return Object.assign(new Error(reply?.text), { responseCode: reply?.code });
  };
  const open = (port: number): Promise<SMTPServer> => {
    const server = new SMTPServer({
      ...options.certificate,
      secure: options.secure ?? false,
      disabledCommands: options.certificate === undefined ? ['STARTTLS'] : [],
      authOptional: options.account === undefined,
      allowInsecureAuth: true,
      disableReverseLookup: true,
      closeTimeout: 100,
      onConnect: (_session, done) => {
        counts.connections += 1;
        done();
      },
      onAuth: ({ username = '', password = '' }, _session, done) => {
        credentials.push(`${username}:${password}`);
        const isRight = username === options.account?.user && password === options.account.pass;
        if (isRight) done(null, { user: username });
        else done(Object.assign(new Error('5.7.8 Wrong user name or password'), { responseCode: 535 }));
      },
      onMailFrom: (_address, _session, done) => done(refusal('MAIL FROM')),
      onRcptTo: (_address, _session, done) => done(refusal('RCPT TO')),
      onData: (stream, session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const refused = refusal('DATA');
          if (refused === undefined) taken.push(takenMail(session, Buffer.concat(chunks)));
          done(refused);
        });
      },
    });
    // A client that hangs up in the middle is part of what is tested.
    server.on('error', () => undefined);
    return new Promise((resolve) => {
      server.listen(port, options.host ?? '127.0.0.1', () => resolve(server));
    });
  };
  let server: SMTPServer | undefined = await open(0);
  const { port } = server.server.address() as AddressInfo;
  return {
    port,
    taken,
    credentials,
    get connections() {
      return counts.connections;
    },
    answerNext: (...next) => {
      replies.push(...next);
    },
    stop: async () => {
      const closing = server;
      server = undefined;
      if (closing !== undefined) await new Promise<void>((resolve) => closing.close(resolve));
    },
    start: async () => {
      server ??= await open(port);
    },
  };
}

function takenMail({ envelope, secure }: SMTPServerSession, raw: Buffer): TakenMail {
  const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
  return { from, to: envelope.rcptTo.map(({ address }) => address), overTls: secure, ...readMail(raw) };
}
