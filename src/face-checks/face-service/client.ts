import type { FaceProvider, Measured, PicturesOfAct, ScanToJudge } from '../provider.ts';
import { ask, openLine, type Line } from './ask.ts';
import { burstMeasured, paths, readChecks, scanBegun, verdictGiven } from './wire.ts';

/** Lets a service elsewhere compare faces. It is sent pictures, and what it says is taken for no more than it says. */
export function openFaceService(
  to: Pick<Line, 'url' | 'key' | 'callMs'>,
  tools: Pick<Line, 'log' | 'metrics'>,
): FaceProvider {
  const line = openLine(to, tools);
  return {
    basis: { service: new URL(to.url).host },
    begin: async ({ scanId, acts }) => {
      const body = { reference: scanId, acts };
      const asked = await ask(line, { operation: 'begin', path: paths.scans, body, answer: scanBegun });
      return asked.outcome === 'answered'
        ? { outcome: 'begun', begun: asked.answer }
        : { outcome: 'unavailable' };
    },
    measure: (burst) => measure(line, burst),
    judge: (scan) => judge(line, scan),
    close: () => Promise.resolve(),
  };
}

async function measure(line: Line, burst: PicturesOfAct): Promise<Measured> {
  const begun = scanBegun.safeParse(burst.begun);
  if (!begun.success) return { outcome: 'unavailable' };
  const { act, at, pictures, capturedAt } = burst;
  const frames = pictures.map(({ jpeg }, index) => ({
    capturedAt: capturedAt[index] ?? 0,
    jpeg: Buffer.from(jpeg).toString('base64'),
  }));
  const asked = await ask(line, {
    operation: 'measure',
    path: paths.burst(begun.data.id, at),
    body: { act, frames },
    answer: burstMeasured,
  });
  if (asked.outcome !== 'answered') return asked;
  const { best, hint } = asked.answer;
  return {
    outcome: 'measured',
    // What was measured stays with the service until it is asked for its verdict.
    kept: null,
    ...(best === undefined || best.at >= pictures.length ? {} : { best }),
    ...(hint === undefined ? {} : { hint }),
  };
}

async function judge(line: Line, { acts, bursts, portrait, begun: kept }: ScanToJudge) {
  const begun = scanBegun.safeParse(kept);
  if (!begun.success) return { outcome: 'unavailable' } as const;
  const asked = await ask(line, {
    operation: 'judge',
    path: paths.verdict(begun.data.id),
    body: {
      portrait: Buffer.from(portrait.jpeg).toString('base64'),
      bursts: bursts.map(({ askedAt, arrivedAt }, at) => ({ at, act: acts[at], askedAt, arrivedAt })),
    },
    answer: verdictGiven,
  });
  if (asked.outcome !== 'answered') return { outcome: 'unavailable' } as const;
  const { checks, basis } = asked.answer;
  return { outcome: 'judged', checks: readChecks(checks), basis } as const;
}
