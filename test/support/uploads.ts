import { randomUUID } from 'node:crypto';
import { secondsAfter } from '#foundation/clock';
import type { House } from '#foundation/deps';
import { openBundle, uploadRoutes, uploadsPath, type Evidence, type EvidenceKind } from '#evidence';
import { buildApp } from '../../src/app.ts';
import { findFreePort } from './free-port.ts';

/** Somewhere to send uploads to, where whoever sends says in a header for which bundle. */
export interface TestUploads {
  /** Where uploads are begun. */
  readonly endpoint: string;
  readonly origin: string;
  close(): Promise<void>;
}

const header = 'x-test-bundle';

/** The headers of somebody who may send a file of that kind into that bundle. */
export function mayUpload(bundleId: string, kind: EvidenceKind): Record<string, string> {
  return { [header]: `${bundleId} ${kind}` };
}

/** Starts the product with uploads on a free port, or on the one that is given. */
export async function startTestUploads(
  { house, evidence }: { readonly house: House; readonly evidence: Evidence },
  options: { readonly port?: number } = {},
): Promise<TestUploads> {
  const port = options.port ?? (await findFreePort());
  const web = await buildApp(house, { evidence });
  uploadRoutes(web, house, evidence, {
    authorise: ({ headers }) => {
      const [bundleId = '', kind] = String(headers[header] ?? '').split(' ');
      return Promise.resolve(kind === 'image' || kind === 'video' ? { bundleId, kind } : undefined);
    },
  });
  await web.app.listen({ port, host: '127.0.0.1' });
  const origin = `http://127.0.0.1:${port}`;
  return { origin, endpoint: `${origin}${uploadsPath}`, close: () => web.app.close() };
}

/** Opens a bundle of somebody made up, for a day. */
export function openTestBundle({ deps }: House, accountId: string = randomUUID()): Promise<string> {
  const keptUntil = secondsAfter(deps.clock.now(), 24 * 3600);
  return openBundle(deps, { accountId, purpose: 'test', keptUntil });
}
