/** The pages' own files: one style sheet, the fonts, the mark. Under a name that changes with what is in them, so that browsers may keep them. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

export interface Asset {
  readonly contentType: string;
  readonly body: Uint8Array;
}

export interface Assets {
  /** Path of the folder that the names stand in, with a slash at its end. */
  readonly base: string;
  readonly byPath: ReadonlyMap<string, Asset>;
}

const FOLDER = new URL('./look/', import.meta.url);
const { resolve } = createRequire(import.meta.url);

export function loadAssets(): Assets {
  const read = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, FOLDER)));
  const files: readonly (readonly [string, Asset])[] = [
    ['site.css', { contentType: 'text/css; charset=utf-8', body: read('site.css') }],
    ['icon.svg', { contentType: 'image/svg+xml', body: read('icon.svg') }],
    ['inter-400.woff2', font(400)],
    ['inter-600.woff2', font(600)],
  ];
  const hash = createHash('sha256');
  for (const [, { body }] of files) hash.update(body);
  const base = `/site/${hash.digest('hex').slice(0, 16)}/`;
  return { base, byPath: new Map(files.map(([name, asset]) => [base + name, asset])) };
}

/** From the font's own package; other scripts than Latin fall back to the system's fonts. */
function font(weight: 400 | 600): Asset {
  const path = resolve(`@fontsource/inter/files/inter-latin-${weight}-normal.woff2`);
  return { contentType: 'font/woff2', body: new Uint8Array(readFileSync(path)) };
}
