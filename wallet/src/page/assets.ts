/** The page's files. A built package has its program bundled beside them; from the sources it is bundled when asked for. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface PageAssets {
  /** With the place for the key: `{{page-key}}`. */
  readonly html: string;
  readonly files: ReadonlyMap<string, { contentType: string; body: Uint8Array }>;
}

const FOLDER = new URL('./client/', import.meta.url);

export async function loadAssets(): Promise<PageAssets> {
  const read = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, FOLDER)));
  const text = (contentType: string): string => `${contentType}; charset=utf-8`;
  return {
    html: new TextDecoder().decode(read('index.html')),
    files: new Map([
      ['/page.js', { contentType: text('text/javascript'), body: await program() }],
      ['/page.css', { contentType: text('text/css'), body: read('page.css') }],
      ['/icon.svg', { contentType: 'image/svg+xml', body: read('icon.svg') }],
    ]),
  };
}

async function program(): Promise<Uint8Array> {
  const built = new URL('page.js', FOLDER);
  if (existsSync(built)) return new Uint8Array(readFileSync(built));
  const { bundleProgram } = await import('./bundle-program.ts');
  return bundleProgram(fileURLToPath(new URL('main.ts', FOLDER)));
}
