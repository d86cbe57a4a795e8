import { z } from 'zod';
import { machineEnds, machineParts, machineReasons, type MachineChecks } from './machine-checks.ts';
import { questionIds, type Presets } from './questions.ts';
import type { CaseEvidence } from './types.ts';

export const evidenceShape = z.object({
  document: z.object({ kind: z.string(), frontId: z.string(), backId: z.string().optional() }),
  video: z
    .object({
      fileId: z.string(),
      way: z.enum(['say', 'write', 'sign']),
      digits: z.tuple([z.number(), z.number(), z.number(), z.number()]),
    })
    .optional(),
  scan: z
    .object({
      stillId: z.string().optional(),
      acts: z.array(z.object({ act: z.string(), frameIds: z.array(z.string()) })),
    })
    .optional(),
}) satisfies z.ZodType<CaseEvidence>;

export const presetsShape = z.partialRecord(
  z.enum(questionIds),
  z.object({ value: z.enum(['yes', 'no']), locked: z.boolean() }),
) satisfies z.ZodType<Presets>;

export const checksShape = z.partialRecord(
  z.enum(machineParts),
  z.object({ end: z.enum(machineEnds), reasons: z.array(z.enum(machineReasons)) }),
) satisfies z.ZodType<MachineChecks>;
