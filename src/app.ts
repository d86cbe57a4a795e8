import { createPasswordPolicy, startAccountsWork, sweepAccounts } from '#accounts';
import { sealAuditTrail, sweepAuditTrail } from '#foundation/audit';
import { startEvidenceWork, sweepEvidence, uploadRoutes, type Evidence } from '#evidence';
import { sweepFaceChecks } from '#face-checks';
import type { House } from '#foundation/deps';
import { createWeb, type Web } from '#foundation/http';
import { sweepVisits } from '#foundation/journey';
import { sweepLimits } from '#foundation/security';
import { createPages, loadAssets } from '#foundation/web';
import type { GpSystems } from '#gp-systems';
import { guidanceRoutes } from '#guidance';
import { startIdentityWork, sweepIdentity } from '#identity';
import { journeysRoutes } from '#journeys';
import { startMessagingWork, sweepMessaging, type Senders } from '#messaging';
import { openidRoutes, startOpenidWork, sweepOpenid, tendSigningKeys, type ObserveService } from '#openid';
import type { Register } from '#pds';
import { startPersonalDataWork } from '#personal-data';
import { checkerRoutes, practiceRoutes, sweepPortals } from '#portals';
import {
  type Proofing,
  mayUploadVideo,
  scanRoutes,
  startProofingWork,
  sweepAttempts,
  sweepProofing,
} from '#proofing';
import { startReviewWork, sweepReview } from '#review';
import type { OpenHouse } from './open-house.ts';

/**
 * Builds the HTTP application with every room's routes. It doesn't listen yet.
 *
 * @param parts.register the way to the national register, if there is one
 * @param parts.proofing the ways in which people can prove who they are
 * @param parts.gpSystems the way to the GP systems of practices; without it their staff have no portal
 * @param parts.evidence the store of what people send to prove who they are
 * @param parts.observe hears of the requests of services, and explains the refused ones; in a sandbox only
 */
export async function buildApp(
  house: House,
  parts: {
    observe?: ObserveService;
    register?: Register | undefined;
    proofing?: Proofing | undefined;
    gpSystems?: GpSystems | undefined;
    evidence?: Evidence | undefined;
  } = {},
): Promise<Web> {
  const assets = await loadAssets();
  const pages = await createPages({
    serviceName: house.settings.serviceName,
    supportContact: house.settings.supportContact,
    sandbox: house.settings.mode === 'sandbox',
    hasTerms: house.settings.termsUrl !== undefined,
    assets,
  });
  const web = await createWeb(house, { pages, assets });
  const { sessions, requests } = await openidRoutes(web.app, house, {
    renderProblem: (request, problem, reference, explanation) =>
      web.problems.render(request, problem, { reference, explanation }),
    register: parts.register,
    observe: parts.observe,
  });
  const passwordPolicy = createPasswordPolicy();
  journeysRoutes(web, {
    passwordPolicy,
    register: parts.register,
    proofing: parts.proofing,
    sessions,
    requests,
  });
  const { register, gpSystems, evidence } = parts;
  if (evidence !== undefined && parts.proofing !== undefined)
    uploadRoutes(web, house, evidence, { authorise: mayUploadVideo(web, house) });
  if (parts.proofing !== undefined) scanRoutes(web, house, parts.proofing.tools);
  if (gpSystems !== undefined) practiceRoutes({ web, house, passwordPolicy, register, gpSystems });
  checkerRoutes({ web, house, passwordPolicy, register, evidence });
  guidanceRoutes(web);
  return web;
}

const sweepEverySeconds = 60;
const sealEverySeconds = 2;
const tendKeysEverySeconds = 60;

/** Starts the background work of every room in this process. */
export async function startWork(
  { house, jobs }: OpenHouse,
  parts: {
    senders: Senders;
    register?: Register | undefined;
    gpSystems?: GpSystems | undefined;
    evidence?: Evidence | undefined;
  },
): Promise<void> {
  await startMessagingWork(house, jobs, parts.senders);
  await startAccountsWork(house, jobs);
  await startIdentityWork(house, jobs, { register: parts.register });
  await startProofingWork(house, jobs, { gpSystems: parts.gpSystems });
  await startReviewWork(house, jobs, { register: parts.register });
  await startOpenidWork(house, jobs);
  await startPersonalDataWork(house, jobs);
  if (parts.evidence !== undefined) await startEvidenceWork(house, jobs, parts.evidence);
  jobs.every(sealEverySeconds, 'seal the audit trail', async () => {
    await sealAuditTrail(house.database);
  });
  jobs.every(tendKeysEverySeconds, 'tend the signing keys', () => tendSigningKeys(house));
  jobs.every(sweepEverySeconds, 'sweep what has expired', () => sweepHouse(house));
}

/**
 * Removes from every room's tables what has expired. A room that can't holds up no other.
 *
 * @throws what the first of them threw, once all have had their turn
 */
export async function sweepHouse(house: House): Promise<void> {
  const sweeps = [
    sweepVisits,
    sweepLimits,
    sweepAccounts,
    sweepIdentity,
    sweepProofing,
    sweepReview,
    sweepEvidence,
    sweepFaceChecks,
    sweepPortals,
    sweepOpenid,
    sweepMessaging,
    sweepAuditTrail,
  ].map((sweep) => () => sweep(house.deps));
  const failures: Error[] = [];
  for (const sweep of [() => sweepAttempts(house), ...sweeps]) {
    await sweep().catch((cause: unknown) => {
      failures.push(cause instanceof Error ? cause : new Error('a room could not be swept', { cause }));
    });
  }
  const [first, ...others] = failures;
  for (const error of others) house.log.error({ err: error }, 'one room could not be swept');
  if (first !== undefined) throw first;
}
