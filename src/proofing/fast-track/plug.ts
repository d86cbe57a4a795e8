import { z } from 'zod';
import { proofingMethod } from '../method.ts';
import { fastTrackAnswers } from './answers.ts';
import { askToRely } from './ask/step.ts';
import { judgeFastTrack } from './judge.ts';
import { limitedAccess } from './limited/step.ts';
import { method } from './settle.ts';
import { stopped } from './stopped/step.ts';
import { relyWithoutPages } from './without-pages.ts';

const evidenceShape = z.object({
  odsCode: z.string(),
  check: z.object({ way: z.string(), on: z.string() }),
  agreedAt: z.string(),
});

/** The check that somebody's GP surgery has made before, relied on with their leave. */
const plug = proofingMethod({
  id: method,
  level: 'P9',
  minutes: 1,
  words: {
    en: {
      title: 'By relying on the check of my GP surgery',
      needs: [
        'You need nothing: your GP surgery has already checked who you are, and has your mobile number.',
      ],
      time: 'It takes about 1 minute.',
    },
    cy: {
      title: 'Drwy ddibynnu ar wiriad fy meddygfa',
      needs: [
        'Nid oes angen dim arnoch: mae eich meddygfa eisoes wedi gwirio pwy ydych chi, ac mae ganddi eich rhif ffôn symudol.',
      ],
      time: 'Mae’n cymryd tua 1 munud.',
    },
  },
  offeredWhen: async (house, tools, { account }) =>
    (await judgeFastTrack(house, tools, account.id)).outcome === 'found',
  answers: fastTrackAnswers,
  isProven: ({ isProven }) => isProven === true,
  steps: (tools) => [askToRely(tools), limitedAccess, stopped],
  proveWithoutPages: relyWithoutPages,
  staffSummary: (evidence) => {
    const read = evidenceShape.safeParse(evidence);
    if (!read.success) return 'The check of a GP surgery.';
    const { odsCode, check, agreedAt } = read.data;
    return `The check of practice ${odsCode} on ${check.on} (${check.way}), relied on from ${agreedAt.slice(0, 10)}: the register had the mobile number of the login.`;
  },
  auditEvents: ['policy.fast-track-blocked', 'policy.fast-track-unblocked'],
  keeps: [],
});

export default plug;
