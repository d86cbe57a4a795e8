import { globSync } from 'node:fs';
import path from 'node:path';
import { doors } from './src/house.ts';

/**
 * The walls of the house, as rules: a file may import from its own room, from foundation's doors, and from the doors
 * that `src/house.ts` lists for its room, and nothing else; a plug knows no other plug, and nobody knows a plug by name.
 */

const foundationDoors = String.raw`^src/foundation/[^/]+/index\.ts$`;
const doorOf = (/** @type {string} */ room) => String.raw`^src/${room}/index\.ts$`;
/** What a room has for browsers, which can't open doors: plain scripts, without anything of the server. */
const script = String.raw`\.js$`;
const scriptsOf = (/** @type {string} */ room) => String.raw`^src/${room}/.+\.js$`;
const tests = String.raw`\.test\.ts$`;

/** @typedef {import('dependency-cruiser').IForbiddenRuleType} Rule */

/** @type {Rule[]} */
const roomRules = Object.entries(doors).flatMap(([room, open]) => {
  const elsewhere = [`^src/${room}/`, foundationDoors, ...open.map(doorOf)];
  return [
    {
      name: `walls-of-${room}`,
      comment: `${room} opens ${open.length === 0 ? 'no door but foundation’s' : `${open.join(', ')} and foundation`} only`,
      severity: 'error',
      from: { path: `^src/${room}/`, pathNot: script },
      to: { path: '^src/', pathNot: elsewhere },
    },
    {
      name: `scripts-of-${room}`,
      comment: 'a script of a page may import a script of a room that its own may open',
      severity: 'error',
      from: { path: String.raw`^src/${room}/.+\.js$` },
      to: { path: '^src/', pathNot: [...elsewhere, ...open.map(scriptsOf)] },
    },
  ];
});
/** @type {Rule[]} */
const plugRules = globSync('src/*/*/plug.ts').map((file) => {
  const folder = path.dirname(file).split(path.sep).join('/');
  return {
    name: `plug-${path.basename(folder)}`,
    comment: 'a plug is found by its folder; nobody knows it by name',
    severity: 'error',
    from: { path: '^(src|scripts|bench)/', pathNot: `^${folder}/` },
    to: { path: `^${folder}/` },
  };
});

/** @type {Rule[]} */
const houseRules = [
  {
    name: 'walls-of-foundation',
    comment: 'foundation knows no room, and its parts know each other by their doors',
    severity: 'error',
    from: { path: '^src/foundation/([^/]+)/' },
    to: { path: '^src/', pathNot: ['^src/foundation/$1/', foundationDoors] },
  },
  {
    name: 'through-the-door',
    comment: 'what wires the house together, and its commands, open rooms by their doors',
    severity: 'error',
    from: { path: String.raw`^src/([^/]+\.ts|cli/.+)$` },
    to: { path: '^src/[^/]+/', pathNot: [foundationDoors, doorOf('[^/]+'), '^src/cli/'] },
  },
  {
    name: 'demo-stands-alone',
    comment:
      'the demo connected service is somebody else’s program: it knows the platform by its published interfaces',
    severity: 'error',
    from: { path: '^demo/', pathNot: tests },
    to: { path: '^(src|test|scripts|bench)/' },
  },
  {
    name: 'product-alone',
    comment: 'the product needs no test, script, bench or demo',
    severity: 'error',
    from: { path: '^src/', pathNot: tests },
    to: { path: '^(test|scripts|bench|demo)/' },
  },
  {
    name: 'only-installed-in-production',
    comment: 'what runs in production must not need a package that is there for development alone',
    severity: 'error',
    from: { path: '^(src|demo)/', pathNot: tests },
    to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'no-circle',
    comment: 'two files that need each other are one file, or three',
    severity: 'error',
    from: {},
    to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
  },
  {
    name: 'resolvable',
    comment: 'an import that leads nowhere is not checked by any wall',
    severity: 'error',
    from: {},
    to: { couldNotResolve: true },
  },
];

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [...roomRules, ...plugRules, ...houseRules],
  options: {
    // Without its parser the cruiser reads no TypeScript at all, and finds nothing wrong.
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['node', 'import', 'default', 'types'],
    },
  },
};
