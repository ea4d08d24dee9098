import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const script = resolve(import.meta.dirname, '../../scripts/arrows.mjs');
const tree = mkdtempSync(join(tmpdir(), 'coinslot-arrows-'));
afterAll(() => rmSync(tree, { recursive: true }));

function place(file: string, text: string): void {
  const path = join(tree, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function check(folder?: string): { status: number | null; faults: string } {
  const { status, stderr } = spawnSync(process.execPath, folder === undefined ? [script] : [script, folder], {
    encoding: 'utf8',
  });
  return { status, faults: stderr };
}

describe('the import-arrow check', () => {
  it('finds nothing in this repository', () => {
    expect(check()).toEqual({ status: 0, faults: '' });
  });

  it.each([
    ['overlay/src/view.ts', "import { decide } from '@coinslot/server';", 'goes against the arrows'],
    ['overlay/src/view.ts', "const later = () => import('@coinslot/plugin');", 'goes against the arrows'],
    ['overlay/src/view.ts', "import { x } from '../../plugin/src/x.ts';", 'leaves the room'],
    ['overlay/src/view.ts', "import { readFileSync } from 'node:fs';", 'runs in a browser'],
    ['overlay/src/view.ts', "export { leftPad } from 'left-pad';", "'left-pad' is not in overlay/package.json"],
  ])('names the line: %s with %s', (file, source, fault) => {
    place('overlay/package.json', JSON.stringify({ dependencies: {} }));
    place(file, `// first line\n\n${source}\n`);
    const { status, faults } = check(tree);
    expect(status).toBe(1);
    expect(faults).toContain(`${file}:3:`);
    expect(faults).toContain(fault);
  });
});
