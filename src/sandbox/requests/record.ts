import type { Finding } from '#foundation/http';
import type { ServiceRequest } from '#openid';
import { z } from 'zod';
import { explain } from './explain.ts';
import { authenticatesAt, gatherFacts, type FactsDeps } from './facts.ts';
import { describeAuthorization, describeParameters, shown } from './received.ts';
import { tellStory } from './story.ts';

const finding = z.object({
  reason: z.string(),
  received: z.string(),
  rule: z.string(),
  mend: z.string(),
  see: z.string().describe('where the rule is written'),
}) satisfies z.ZodType<Finding>;

/** A request as it is kept: without secrets and without details of people. */
export const requestRecord = z.object({
  endpoint: z.enum([
    'authorize',
    'return',
    'par',
    'token',
    'revoke',
    'userinfo',
    'sign-out',
    'discovery',
    'keys',
  ]),
  method: z.string(),
  client_id: z.string().optional().describe('whom it said that it was of; a refused one may be of nobody'),
  outcome: z.enum(['accepted', 'waiting', 'refused']),
  error: z.string().optional(),
  received: z.array(z.object({ name: z.string(), value: z.string() })),
  steps: z.array(z.string()).describe('what happened, in order'),
  findings: z.array(finding).describe('what is wrong with it, the cause of the refusal first'),
});
export type RequestRecord = z.output<typeof requestRecord>;

/** A request with what it is filed under. */
export interface Described {
  readonly record: RequestRecord;
  /** Whose share of the kept requests it takes. */
  readonly share: string;
}

const outcomes = { refused: 'refused', waiting: 'waiting', code: 'accepted', served: 'accepted' } as const;

/**
 * Strangers share one: they push out each other, and not what a registered service did. Nor do a service's many requests
 * of one kind push out its few of another, or what went right what went wrong.
 */
function shareOf({ endpoint, answer }: ServiceRequest, clientId: string | undefined): string {
  if (endpoint === 'discovery' || endpoint === 'keys') return ' public';
  if (clientId === undefined) return ' unknown';
  return `${clientId} ${endpoint} ${answer.outcome === 'refused' ? 'refused' : 'accepted'}`;
}

/** Describes a request for its developer. What must not be kept or shown is left behind here. */
export async function describeRequest(deps: FactsDeps, request: ServiceRequest): Promise<Described> {
  const facts = await gatherFacts(deps, request);
  const findings = explain(facts);
  const { endpoint, answer, contentType, authorization } = request;
  const { client, claimedId } = facts;
  const isBody = authenticatesAt(endpoint) && contentType !== undefined;
  return {
    share: shareOf(request, client?.clientId),
    record: {
      endpoint,
      method: shown(request.method),
      ...(claimedId === undefined ? {} : { client_id: client?.clientId ?? shown(claimedId) }),
      outcome: outcomes[answer.outcome],
      ...(answer.outcome === 'refused' ? { error: shown(answer.error) } : {}),
      received: [
        ...(isBody ? [{ name: 'Content-Type', value: shown(contentType) }] : []),
        ...describeAuthorization(authorization),
        ...describeParameters(request.params),
      ],
      steps: tellStory(facts, findings),
      findings,
    },
  };
}
