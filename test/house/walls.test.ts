import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { doors } from '../../src/house.ts';
import { repository } from './sources.ts';

function checkWalls(folder: string): { passed: boolean; output: string } {
  const program = path.join(folder, 'scripts/walls.mjs');
  const result = spawnSync(process.execPath, [program], { cwd: folder, encoding: 'utf8' });
  return { passed: result.status === 0, output: result.stdout + result.stderr };
}

test('no import goes through a wall', () => {
  const { passed, output } = checkWalls(repository);
  assert.ok(passed, output);
  assert.match(output, /^[1-9]\d+ files read, 0 imports through a wall/u);
});

test('every room has its line in src/house.ts, and every line its room', () => {
  const folders = readdirSync(path.join(repository, 'src'), { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  const rooms = folders.map((entry) => entry.name).filter((name) => name !== 'foundation' && name !== 'cli');
  assert.deepEqual(rooms.toSorted(), Object.keys(doors).toSorted());
});

test('nobody may open the sandbox, so that production can do without it', () => {
  const open: readonly string[] = Object.values(doors).flat();
  assert.ok(!open.includes('sandbox'));
});

describe('an import through a wall is caught', () => {
  let house: string;

  beforeEach(() => {
    house = mkdtempSync(path.join(os.tmpdir(), 'bevan-walls-'));
    for (const name of ['package.json', '.dependency-cruiser.mjs', 'scripts/walls.mjs', 'src/house.ts']) {
      cpSync(path.join(repository, name), path.join(house, name));
    }
    symlinkSync(path.join(repository, 'node_modules'), path.join(house, 'node_modules'));
    for (const room of ['accounts', 'messaging', 'partners', 'foundation/clock'])
      write(`src/${room}/index.ts`, 'export const door = 1;');
    write('src/accounts/store.ts', 'export interface Row {}');
    write('src/foundation/clock/inside.ts', 'export const inside = 1;');
    write('src/messaging/inbox/plug.ts', 'export default 1;');
    write('src/messaging/smtp/plug.ts', 'export default 1;');
  });
  afterEach(() => rmSync(house, { recursive: true, force: true }));

  function write(file: string, text: string): void {
    mkdirSync(path.dirname(path.join(house, file)), { recursive: true });
    writeFileSync(path.join(house, file), text);
  }

  test('but what the table allows is let through', () => {
    write(
      'src/accounts/sign-in.ts',
      "import '#messaging'; import '#foundation/clock'; import type { Row } from './store.ts';",
    );
    const { passed, output } = checkWalls(house);
    assert.ok(passed, output);
  });

  const faults = {
    'a door that the table does not list': ['src/partners/a.ts', "import '#accounts';", 'walls-of-partners'],
    'past the door of a room that may be opened': [
      'src/accounts/a.ts',
      "import '../messaging/inside.ts';",
      'walls-of-accounts',
    ],
    'for a type alone': [
      'src/messaging/a.ts',
      "import type { Row } from '../accounts/store.ts';",
      'walls-of-messaging',
    ],
    'at run time': [
      'src/messaging/a.ts',
      "export const a = await import('../accounts/store.ts');",
      'walls-of-messaging',
    ],
    'from a room to what wires the house': [
      'src/messaging/a.ts',
      "import '../main.ts';",
      'walls-of-messaging',
    ],
    'from foundation to a room': ['src/foundation/clock/a.ts', "import '#accounts';", 'walls-of-foundation'],
    'into a part of foundation': [
      'src/messaging/a.ts',
      "import '../foundation/clock/inside.ts';",
      'walls-of-messaging',
    ],
    'past a door by what wires the house': [
      'src/main.ts',
      "import './accounts/store.ts';",
      'through-the-door',
    ],
    'from one plug to another': ['src/messaging/smtp/a.ts', "import '../inbox/plug.ts';", 'plug-inbox'],
    'from a room to a plug by its name': ['src/messaging/index.ts', "import './smtp/plug.ts';", 'plug-smtp'],
    'from the demo into the product': [
      'demo/main.ts',
      "import '../src/accounts/index.ts';",
      'demo-stands-alone',
    ],
    'from the product into a test': [
      'src/accounts/a.ts',
      "import '../../test/support/a.ts';",
      'product-alone',
    ],
    'in a circle': [
      'src/foundation/clock/inside.ts',
      "import './index.ts'; import './inside2.ts';",
      'no-circle',
    ],
    'to nowhere': ['src/accounts/a.ts', "import './missing.ts';", 'resolvable'],
  } satisfies Record<string, [string, string, string]>;

  for (const [fault, [file, text, rule]] of Object.entries(faults)) {
    test(fault, () => {
      write('src/main.ts', 'export const main = 1;');
      write('src/messaging/inside.ts', 'export const inside = 1;');
      write('src/foundation/clock/inside2.ts', "import './inside.ts';");
      write('test/support/a.ts', 'export const a = 1;');
      write(file, text);
      const { passed, output } = checkWalls(house);
      assert.ok(!passed, output);
      assert.match(output, new RegExp(`^ +${rule}:`, 'mu'));
    });
  }

  test('and so is a file that the cruiser does not read, as it would be without its parser', () => {
    const configuration = path.join(house, '.dependency-cruiser.mjs');
    writeFileSync(
      configuration,
      readFileSync(configuration, 'utf8').replace(
        "parser: 'swc',",
        "parser: 'swc', exclude: '^src/accounts/',",
      ),
    );
    const { passed, output } = checkWalls(house);
    assert.ok(!passed, output);
    assert.match(output, /not read, so not checked: .*src\/accounts\/index\.ts/u);
  });

  test('and so is a house without a file', () => {
    rmSync(path.join(house, 'src'), { recursive: true });
    const program = path.join(repository, 'scripts/walls.mjs');
    rmSync(path.join(house, 'scripts'), { recursive: true });
    const result = spawnSync(process.execPath, [program], { cwd: house, encoding: 'utf8' });
    assert.notEqual(result.status, 0);
    assert.match(result.stderr, /no file was read/u);
  });
});
