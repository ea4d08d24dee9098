/** The boundaries in a game's code, and what they and placements.yaml do not have in common. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  compareBoundaries,
  compilePlacements,
  findBoundaries,
  readOffers,
  readPlacements,
  readSources,
  type Mismatch,
} from '@coinslot/publisher';
import { demoFile, Studio } from './lib/studio.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'coinslot-sources-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string): void => {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
};
const find = () => findBoundaries(readSources(folder).sources);
/** `call names facts @line`, as a person would note them. */
const notes = (): string[] =>
  find().map(({ call, names, facts, level, line }) =>
    [
      call,
      names === undefined ? '?' : names.join('|'),
      ...(level === undefined ? [] : [level]),
      ...(facts === undefined ? ['(?)'] : facts.length > 0 ? [`(${facts.join(' ')})`] : []),
      `@${line}`,
    ].join(' '),
  );
const DEMO = demoFile('placements.yaml');
const mismatches = (yaml = DEMO): Mismatch[] => {
  const file = compilePlacements('placements.yaml', yaml, readOffers('offers.yaml', demoFile('offers.yaml')));
  const { source } = readPlacements('placements.yaml', yaml);
  return [...compareBoundaries(find(), file, source).mismatches];
};
const said = (yaml?: string): string[] =>
  mismatches(yaml).map(({ kind, line, message, hint }) => `${kind} ${line}: ${message}${hint ? ` (${hint})` : ''}`);

describe('finds', () => {
  it.each<[string, string, string[]]>([
    [
      'a breakpoint and its facts',
      `this.coinslot.breakpoint('door', { level: 3, 'boss.kind': kind });`,
      ['breakpoint door (level boss.kind) @1'],
    ],
    [
      'it behind ?., a cast and !',
      `(game.coinslot as Coinslot)?.breakpoint!('door' as const);`,
      ['breakpoint door @1'],
    ],
    ['both names that the code chooses among', `c.breakpoint(won ? 'won' : \`lost\`);`, ['breakpoint won|lost @1']],
    [
      'names by constants, and by constants in objects',
      `const DOOR = 'door';\nconst AT = { gate: DOOR } as const;\nc.breakpoint(AT.gate);`,
      ['breakpoint door @3'],
    ],
    [
      'facts by a constant, with what is spread into it',
      `const base = { level: 1 };\nc.breakpoint('a', { ...base, lives });`,
      ['breakpoint a (level lives) @2'],
    ],
    [
      'a level, with the fact it always has',
      `c.level('end', 3, { lives });\nc.level(over ? 'end' : 'start', n);`,
      ['level end 3 (level lives) @1', 'level end|start (level) @2'],
    ],
    [
      'what is asked for, and brackets of play',
      `c.require('play');\nc.gameplayStart('play');\nc.gameplayStart();\nc.gameplayStop();`,
      ['require play @1', 'gameplayStart play @2', 'gameplayStart  @3', 'gameplayStop  @4'],
    ],
    [
      'gated scenes',
      `const data = { priceList, scenes: { Level4: { requires: 'play', else: 'Menu' }, Free: {} } };`,
      ['scenes play @1'],
    ],
    [
      'scenes gone to',
      `this.scene.start('Menu');\nscene.scene.transition({ target: 'End', duration: 9 });\nthis.scene.sleep();`,
      ['scene.start Menu @1', 'scene.transition End @2'],
    ],
    [
      'the key of a scene',
      `class Menu extends Phaser.Scene {\n  constructor() { super({ key: 'Menu' }); }\n}\nclass End extends Scene { constructor() { super('End'); } }`,
      ['scene class Menu @2', 'scene class End @4'],
    ],
  ])('%s', (_, code, expected) => {
    write('game.ts', code);
    expect(notes()).toEqual(expected);
  });

  it.each<[string, string, string[]]>([
    [
      'a parameter, whatever is called the same outside',
      `const name = 'door';\nconst f = (name: string) => c.breakpoint(name);`,
      ['breakpoint ? @2'],
    ],
    ['a variable that may change', `let name = 'door';\nc.breakpoint(name);`, ['breakpoint ? @2']],
    ['a text that is put together', `c.breakpoint(\`door-\${n}\`);`, ['breakpoint ? @1']],
    [
      'facts that come from elsewhere',
      `c.breakpoint('door', facts);\nc.breakpoint('door', { ...facts, level });`,
      ['breakpoint door (?) @1', 'breakpoint door (?) @2'],
    ],
    ['a constant that names itself', `const a = b;\nconst b = a;\nc.breakpoint(a);`, ['breakpoint ? @3']],
    ['gated scenes that are worked out', `const data = { roots, scenes: Object.fromEntries(all) };`, ['scenes ? @1']],
  ])('but does not guess %s', (_, code, expected) => {
    write('game.ts', code);
    expect(notes()).toEqual(expected);
  });

  it('nothing in what only looks alike', () => {
    write(
      'game.ts',
      `import x from 'y';
       level(samples, 0.5); sprite.level(3); module.require('fs'); require('fs'); sound.start('hum');
       class Wide extends Widescreen { constructor() { super('Menu'); } }
       type T = { breakpoint(name: string): void; scenes: string[] };
       const page = { scenes: [1, 2] };
       // c.breakpoint('door')
       const text = "c.breakpoint('door')";`,
    );
    expect(notes()).toEqual([]);
  });

  it('names from other files of the game, by whatever way they are exported', () => {
    write('names.ts', `const door = 'door';\nexport const NAMES = { boss: 'boss-door' };\nexport { door as DOOR };`);
    write('deep/index.ts', `export { DOOR as default2 } from '../names.js';`);
    write(
      'game.js',
      `import { NAMES } from './names';\nimport { default2 } from './deep';\nimport { far } from 'elsewhere';
       c.breakpoint(NAMES.boss); c.breakpoint(default2); c.breakpoint(far);`,
    );
    expect(notes()).toEqual(['breakpoint boss-door @4', 'breakpoint door @4', 'breakpoint ? @4']);
  });

  it('in every kind of source, and says what it cannot read', () => {
    write('a.tsx', `const view = <button onClick={() => c.breakpoint('a')} />;`);
    write('b.mjs', `c.breakpoint('b');`);
    write('c.ts', `const raw = <string>name; c.breakpoint('c');`);
    write('types.d.ts', `declare const c: { breakpoint(name: 'd'): void };`);
    write('node_modules/other/index.js', `c.breakpoint('e');`);
    write('broken.ts', `c.breakpoint('f'`);
    expect(notes()).toEqual(['breakpoint a @1', 'breakpoint b @1', 'breakpoint c @1']);
    expect(readSources(folder).unread.map(({ path }) => path)).toEqual([join(folder, 'broken.ts')]);
  });
});

describe('compares', () => {
  it('finds nothing where code and file agree', () => {
    write('game.ts', `c.gameplayStart(); c.breakpoint('level-end', { level: 2 });`);
    expect(said()).toEqual([]);
  });

  it('names a placement that nothing reaches, and a boundary that no placement stands for', () => {
    write('game.ts', `c.breakpoint('levl-end', { level: 2 });`);
    expect(said()).toEqual([
      'unreached 17: placements.level-end: no breakpoint(\'level-end\') in the code (did you mean "levl-end"?)',
      'unplaced 1: no placement "levl-end" (did you mean "level-end"?)',
    ]);
    expect(mismatches().map(({ file }) => file)).toEqual(['placements.yaml', join(folder, 'game.ts')]);
  });

  it('names a fact that a condition reads and the code does not pass', () => {
    write('game.ts', `c.breakpoint('level-end', { levl: 2 });\nc.breakpoint('level-end', facts);`);
    expect(said()).toEqual([
      'fact 1: the condition of campaign "the-night-goes-on" reads "level", which is not passed here (did you mean "levl"?)',
      'fact 1: the condition of campaign "comet" reads "level", which is not passed here (did you mean "levl"?)',
    ]);
  });

  it('names targets that nothing opens', () => {
    write(
      'game.ts',
      `c.breakpoint('level-end', { level }); c.require('bonuss'); c.gameplayStart('level-4'); c.gameplayStart('x-9');`,
    );
    expect(said()).toEqual([
      'unsold 1: no offer opens "bonuss" (did you mean "bonus"?)',
      'unsold 1: no offer opens "x-9"',
    ]);
  });

  it('knows levels, scenes and play time', () => {
    const yaml = DEMO.replace('on: breakpoint', 'on: { level: end, number: 3 }').replace(
      '  minutes-over:',
      '  menu:\n    on: { scene: Menu }\n  often:\n    on: { every: 10m }\n  minutes-over:',
    );
    write('game.ts', `c.level('start', 3); c.level('end', 2); this.scene.start('Meny');`);
    expect(said(yaml)).toEqual([
      "unreached 17: placements.level-end: no level('end', 3) in the code (a level begins and ends by level())",
      'unreached 20: placements.menu: nothing in the code goes to the scene "Menu" (did you mean "Meny"?)',
    ]);
    write('game.ts', `c.level('end', n); this.scene.start('Menu');`);
    expect(said(yaml)).toEqual([]);
    write('game.ts', `this.scene.start('Menu');`);
    expect(mismatches(yaml).map(({ message }) => message)).toEqual([
      "placements.level-end: no level('end', 3) in the code",
      'placements.often: no play is counted: no gameplayStart() in the code',
    ]);
  });

  it('leaves open what may be reached by a name that cannot be read', () => {
    write('game.ts', `c.breakpoint(name, { level });`);
    expect(said()).toEqual([]);
  });
});

it('the command prints both sides, and with --strict ends with 1 where they differ', () => {
  const studio = new Studio();
  try {
    studio.takeDemoFiles();
    mkdirSync(studio.path('src'));
    studio.write('src/game.ts', `c.breakpoint('level-endd', { level });\nc.breakpoint(name);\n`);
    const { status, stdout, stderr } = studio.run('placements', 'boundaries', 'src', '--strict');
    expect(stderr).toBe('');
    expect(stdout.split('\n').map((line) => line.trimEnd())).toEqual([
      'in src:',
      '  breakpoint  level-endd            with level  game.ts:1',
      '  breakpoint  cannot be read: name              game.ts:2',
      '',
      'placements:',
      '  level-end     perhaps reached, by a name that cannot be read',
      '  minutes-over  comes by itself',
      '',
      '1 that differ:',
      '  src/game.ts:1:1: no placement "level-endd"',
      '    hint: did you mean "level-end"?',
      '',
    ]);
    expect(status).toBe(1);
    const json = studio.run('placements', 'boundaries', 'src', '--json');
    expect(json.status).toBe(0);
    const told = JSON.parse(json.stdout) as { boundaries: { call: string }[]; mismatches: { kind: string }[] };
    expect(told.boundaries).toHaveLength(2);
    expect(told.mismatches).toMatchObject([{ kind: 'unplaced', file: 'src/game.ts', line: 1 }]);
  } finally {
    studio.remove();
  }
});
