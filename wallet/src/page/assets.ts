/** The page's files. A built package has its program bundled beside them; from the sources it is bundled when asked for. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

export interface PageAssets {
  /** With the place for the key: `{{page-key}}`. */
  readonly html: string;
  readonly files: ReadonlyMap<string, { contentType: string; body: Uint8Array }>;
}

const FOLDER = new URL('./client/', import.meta.url);
const { resolve } = createRequire(import.meta.url);

export async function loadAssets(): Promise<PageAssets> {
  const read = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, FOLDER)));
  const text = (contentType: string): string => `${contentType}; charset=utf-8`;
  return {
    html: new TextDecoder().decode(read('index.html')),
    files: new Map([
      ['/page.js', { contentType: text('text/javascript'), body: await program() }],
      ['/page.css', { contentType: text('text/css'), body: read('page.css') }],
      ['/inter-400.woff2', font(400)],
      ['/inter-600.woff2', font(600)],
      ['/icon.svg', { contentType: 'image/svg+xml', body: read('icon.svg') }],
    ]),
  };
}

/** From the font's own package; other scripts than Latin fall back to the system's fonts. */
function font(weight: 400 | 600): { contentType: string; body: Uint8Array } {
  const path = resolve(`@fontsource/inter/files/inter-latin-${weight}-normal.woff2`);
  return { contentType: 'font/woff2', body: new Uint8Array(readFileSync(path)) };
}

async function program(): Promise<Uint8Array> {
  const built = new URL('page.js', FOLDER);
  if (existsSync(built)) return new Uint8Array(readFileSync(built));
  const { bundleProgram } = await import('./bundle-program.ts');
  return bundleProgram(fileURLToPath(new URL('main.ts', FOLDER)));
}
