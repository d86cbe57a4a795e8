import { spawn } from 'node:child_process';
import path from 'node:path';

/** Commands of a page that are under way. */
export interface Commands {
  /** Settles with their exit code; null when they were stopped. */
  readonly ended: Promise<number | null>;
  /** All that was written so far, on both streams. */
  output(): string;
  /** What of it was the answer proper. */
  answer(): string;
  /** Ends them, and all that they have started. */
  stop(): Promise<void>;
}

/** Ends the whole group as soon as our end of the pipe is closed: by us, or by our own death. */
const watch = 'exec 3<&0 </dev/null; (cat <&3; kill -KILL 0) >/dev/null 2>&1 & exec 3<&-';

/** What belongs to this run of the tests, and not to a developer who follows a page. */
const ours = /^(?:BEVAN_|NODE_|DATABASE_URL$|CLIENT_ID$|AUTH_)/u;

/** Runs commands in a shell, as a developer would who has Node.js on their path. */
export function startCommands(
  commands: string,
  folder: string,
  environment: Readonly<Record<string, string>>,
): Commands {
  const child = spawn('bash', ['-e', '-o', 'pipefail', '-c', `${watch}\n${commands}`], {
    cwd: folder,
    // A group of its own: it is ended as one.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name))),
      PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env['PATH'] ?? ''}`,
      // Starts Java programs in half the time; they do not run for long here.
      JAVA_TOOL_OPTIONS: '-XX:TieredStopAtLevel=1',
      ...environment,
    },
  });
  let output = '';
  let answer = '';
  child.stdout.on('data', (bytes: Buffer) => {
    answer += bytes.toString('utf8');
    output += bytes.toString('utf8');
  });
  child.stderr.on('data', (bytes: Buffer) => {
    output += bytes.toString('utf8');
  });
  child.once('exit', () => child.stdin.end());
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code));
  });
  return {
    ended,
    output: () => output,
    answer: () => answer,
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
