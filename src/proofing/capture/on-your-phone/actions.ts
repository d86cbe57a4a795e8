import type { Deps } from '#foundation/deps';
import { beginAnew, openHere, type CaptureOutcome, type CaptureVisit } from '../here.ts';
import { openHandOver } from './hand-over.ts';

/** Lets another device go on, from whatever page it is asked. */
async function goOnElsewhere(deps: Deps, visit: CaptureVisit): Promise<CaptureOutcome> {
  const { answers, context } = visit;
  const { signedIn, clientName } = context;
  // Another device leads to no third one.
  if (signedIn === undefined) return { outcome: 'stayed', answers };
  const attempt = await openHere(deps, visit);
  if (attempt === undefined) return beginAnew(context);
  const { until, ...opened } = await openHandOver(deps, { attempt, signedIn, clientName });
  return {
    outcome: 'answered',
    answers: { ...answers, onPhone: { ...opened, until: until.toISOString() } },
  };
}

/** The button of a page by which its owner goes on with their phone. */
export const onPhoneActions = { 'on-phone': goOnElsewhere };
