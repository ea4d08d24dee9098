/** The folder of a town: made once, found again, and refused when another version made it. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { requireHome } from '../../scripts/home.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'coinslot-home-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('is made when it is not there, and found again', () => {
  const home = join(folder, 'new');
  requireHome(home);
  expect(existsSync(home)).toBe(true);
  expect(() => requireHome(home)).not.toThrow();
});

it('is refused with the remedy when another version made it', () => {
  mkdirSync(join(folder, 'wallet'));
  expect(() => requireHome(folder)).toThrow(/another version of Coinslot[^]*delete the folder/);
  writeFileSync(join(folder, 'form'), '1');
  expect(() => requireHome(folder)).toThrow(folder);
});
