import { execFile, type ExecFileException } from 'node:child_process';
import type { Account } from './account.ts';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  /** Entered before the account is taken on, so it may lie where only root can go. */
  readonly folder: string;
  readonly account: Account | undefined;
}

/** The server's programs need nothing of our environment, least of all its secrets. Windows can't start a program without some. */
export const serverEnvironment = process.platform === 'win32' ? {} : { env: { LC_ALL: 'C', TZ: 'UTC' } };

/** Runs a program to its end. @returns whether it succeeded, and what it wrote */
export function runCommand(command: Command): Promise<{ succeeded: boolean; output: string }> {
  const options = { cwd: command.folder, ...command.account, ...serverEnvironment, windowsHide: true };
  return new Promise((resolve) => {
    const done = (error: ExecFileException | null, stdout: string, stderr: string) => {
      const started = error === null || typeof error.code === 'number';
      resolve({
        succeeded: error === null,
        output: started ? stdout + stderr : `${error.message}\n${stderr}`,
      });
    };
    execFile(command.file, command.args, options, done);
  });
}
