import { readFile } from 'node:fs/promises';
import { rounded } from './figures.ts';

export interface Child {
  readonly peakMemoryMb: number;
  readonly cpuMs: number;
}

const msPerTick = 10;

/** @returns what the processes that this one has started have taken so far; none where the system doesn't tell */
export async function lookAtChildren(): Promise<readonly Child[]> {
  if (process.platform !== 'linux') return [];
  const children = await readFile(`/proc/self/task/${process.pid}/children`, 'utf8');
  return Promise.all(children.trim().split(/\s+/u).map(lookAt));
}

async function lookAt(pid: string): Promise<Child> {
  const kilobytes = /^VmHWM:\s+(\d+)/mu.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1];
  const [, figures = ''] = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ');
  const [user = 0, system = 0] = figures.split(' ').slice(11, 13).map(Number);
  return { peakMemoryMb: rounded(Number(kilobytes ?? 0) / 1024, 0), cpuMs: (user + system) * msPerTick };
}
