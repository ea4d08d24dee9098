/** The page's files. A built package has its program bundled beside them; from the sources it is bundled when asked for. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface PageFile {
  readonly contentType: string;
  readonly body: Uint8Array;
}

export interface PageAssets {
  /** With the place for the key: `{{page-key}}`. */
  readonly html: string;
  readonly files: ReadonlyMap<string, PageFile>;
}

const FOLDER = new URL('./client/', import.meta.url);
const { resolve } = createRequire(import.meta.url);

/** The page's look, a file for each story, in the order in which they are joined. */
const STYLES = [
  'base',
  'frame',
  'boxes',
  'forms',
  'first-run',
  'payment',
  'notices',
  'home',
  'receipts',
  'games-and-settings',
  'cards',
  'keys',
  'dress',
] as const;

/** Whole variable fonts for scripts that Inter does not have; many computers have no others. */
const SCRIPTS = ['noto-sans-arabic', 'noto-sans-jp'] as const;

export async function loadAssets(): Promise<PageAssets> {
  const read = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, FOLDER)));
  const text = (contentType: string): string => `${contentType}; charset=utf-8`;
  const style = STYLES.map((name) => new TextDecoder().decode(read(`style/${name}.css`))).join('\n');
  return {
    html: new TextDecoder().decode(read('index.html')),
    files: new Map<string, PageFile>([
      ['/page.js', { contentType: text('text/javascript'), body: await program() }],
      ['/page.css', { contentType: text('text/css'), body: new TextEncoder().encode(style) }],
      ['/inter-400.woff2', font(400)],
      ['/inter-600.woff2', font(600)],
      ['/icon.svg', { contentType: 'image/svg+xml', body: read('icon.svg') }],
      ...scriptFonts(text('text/css')),
    ]),
  };
}

/** From the font's own package: Latin, for most of what there is to read. */
function font(weight: 400 | 600): PageFile {
  const path = resolve(`@fontsource/inter/files/inter-latin-${weight}-normal.woff2`);
  return { contentType: 'font/woff2', body: new Uint8Array(readFileSync(path)) };
}

/**
 * Their packages cut them into slices, of which the browser asks for those whose letters it meets; each is read when it is asked
 * for.
 */
function scriptFonts(cssType: string): [string, PageFile][] {
  const faces = SCRIPTS.map((name) => {
    const path = resolve(`@fontsource-variable/${name}/index.css`);
    return { folder: dirname(path), css: readFileSync(path, 'utf8') };
  });
  const slices = faces.flatMap(({ folder, css }) =>
    [...css.matchAll(/\.\/files\/([\w-]+\.woff2)/g)].map(([, name = '']): [string, PageFile] => [
      `/fonts/${name}`,
      {
        contentType: 'font/woff2',
        get body() {
          return new Uint8Array(readFileSync(join(folder, 'files', name)));
        },
      },
    ]),
  );
  const css = faces.map((one) => one.css.replaceAll('./files/', '/fonts/')).join('\n');
  return [['/fonts.css', { contentType: cssType, body: new TextEncoder().encode(css) }], ...slices];
}

async function program(): Promise<Uint8Array> {
  const built = new URL('page.js', FOLDER);
  if (existsSync(built)) return new Uint8Array(readFileSync(built));
  const { bundleProgram } = await import('./bundle-program.ts');
  return bundleProgram(fileURLToPath(new URL('main.ts', FOLDER)));
}
