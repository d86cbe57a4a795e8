import { connect, type Socket } from 'node:net';
import { startStopwatch } from '#foundation/clock';
import type { House } from '#foundation/deps';
import { chunkBytes } from './sealing.ts';

/** What a scanner says. When it says nothing, or nothing that is understood, that is never `clean`. */
export type Scan = 'clean' | 'infected' | 'unavailable';

/** Looks for known malware. @returns what it found; never throws but what `content` throws */
export type Scanner = (content: AsyncIterable<Uint8Array>) => Promise<Scan>;

/** An answer is a line with a signature's name. */
const mostAnswerBytes = 4096;

/**
 * Opens the way to a ClamAV daemon: one connection for each file, which is streamed and never held as a whole.
 *
 * @returns undefined when settings name none
 * @see clamd(8), INSTREAM
 */
export function openClamav(house: Pick<House, 'settings' | 'log' | 'metrics'>): Scanner | undefined {
  const { clamavHost: host, clamavPort: port, clamavSeconds: seconds } = house.settings;
  if (host === undefined) return undefined;
  return async (content) => {
    const passed = startStopwatch();
    const answer = await converse(connect({ host, port }), content, seconds * 1000);
    const scan = judge(answer);
    const result = scan === 'unavailable' ? answer.outcome : scan;
    house.metrics.outgoingSeconds.observe({ system: 'clamav', operation: 'scan', result }, passed() / 1000);
    if (scan === 'unavailable') {
      house.log.warn({ reason: answer.outcome }, 'the malware scanner gives no answer');
      if (answer.outcome === 'answered')
        house.metrics.outgoingFaults.inc({ system: 'clamav', operation: 'scan', reason: 'unknown-answer' });
    }
    return scan;
  };
}

type Answer =
  | { readonly outcome: 'answered'; readonly text: string }
  | { readonly outcome: 'no-connection' | 'too-slow' | 'too-long' };

function judge(answer: Answer): Scan {
  if (answer.outcome !== 'answered') return 'unavailable';
  if (answer.text === 'stream: OK') return 'clean';
  return /^stream: .+ FOUND$/u.test(answer.text) ? 'infected' : 'unavailable';
}

async function converse(
  socket: Socket,
  content: AsyncIterable<Uint8Array>,
  withinMs: number,
): Promise<Answer> {
  const { promise: answer, resolve } = Promise.withResolvers<Answer>();
  const timer = setTimeout(() => {
    resolve({ outcome: 'too-slow' });
    socket.destroy();
  }, withinMs);
  let text = '';
  socket
    .setNoDelay(true)
    .setEncoding('latin1')
    .on('data', (part: string) => {
      text += part;
      if (text.includes('\0'))
        resolve({ outcome: 'answered', text: text.slice(0, text.indexOf('\0')).trim() });
      else if (text.length > mostAnswerBytes) resolve({ outcome: 'too-long' });
    })
    .on('error', () => resolve({ outcome: 'no-connection' }))
    .on('close', () => resolve({ outcome: 'no-connection' }));
  let isAnswered = false;
  void answer.then(() => (isAnswered = true));
  try {
    await write(socket, Buffer.from('zINSTREAM\0'));
    for await (const part of content) {
      // It answers early when it has found something, or will take no more.
      if (isAnswered) break;
      for (let at = 0; at < part.length; at += chunkBytes)
        await sendPart(socket, part.subarray(at, at + chunkBytes));
    }
    await write(socket, Buffer.alloc(4));
    return await answer;
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

async function sendPart(socket: Socket, part: Uint8Array): Promise<void> {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(part.length);
  await write(socket, Buffer.concat([length, part]));
}

/** Waits until it is sent, so that no more than a part of a file is held; or until nothing can be sent any more. */
function write(socket: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    if (!socket.writable) return resolve();
    socket.once('close', resolve);
    socket.write(bytes, () => {
      socket.off('close', resolve);
      resolve();
    });
    return undefined;
  });
}
