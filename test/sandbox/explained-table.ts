import { after, before, suite, test } from 'node:test';
import { openTestSandbox, type TestSandbox } from '../support/sandbox.ts';
import {
  assertExplained,
  registerClumsy,
  type ClumsyService,
  type Expected,
  type Told,
} from './explained.ts';

type Pattern = RegExp | ((service: ClumsyService) => RegExp);

/** A mistake that a service can make, and what it must be told. */
export interface Row extends Omit<Expected, 'received' | 'mend'> {
  readonly wrong: string;
  readonly ask: (service: ClumsyService, sandbox: TestSandbox) => Promise<Told>;
  readonly received: Pattern;
  readonly mend: Pattern;
}

/** Makes each mistake of a table over HTTP. */
export function testRows(
  doing: string,
  rows: readonly Row[],
  registration: Readonly<Record<string, unknown>> = {},
): void {
  suite(doing, () => {
    let sandbox: TestSandbox;
    let service: ClumsyService;
    before(async () => {
      sandbox = await openTestSandbox();
      service = await registerClumsy(sandbox, registration);
    });
    after(() => sandbox.close());

    for (const { wrong, ask, received, mend, ...expected } of rows) {
      test(`${wrong} is explained`, async () => {
        const told = await ask(service, sandbox);
        const known = (pattern: Pattern) => (pattern instanceof RegExp ? pattern : pattern(service));
        await assertExplained(sandbox, told, {
          ...expected,
          received: known(received),
          mend: known(mend),
        });
      });
    }
  });
}

/** Waits, by the sandbox's clock, and does something then. */
export async function later<T>(
  { home: { clock } }: TestSandbox,
  seconds: number,
  act: () => Promise<T>,
): Promise<T> {
  clock.advance(seconds);
  try {
    return await act();
  } finally {
    clock.reset();
  }
}
