/** The page's files. A built package has its program bundled beside them; from the sources it is bundled when asked for. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

export interface LabFile {
  readonly contentType: string;
  readonly body: Uint8Array;
}

export type LabAssets = ReadonlyMap<string, LabFile>;

/** Beside the sources `page/`; a built package has the same folder beside its program. */
const FOLDER = new URL('./page/', import.meta.url);
const { resolve } = createRequire(import.meta.url);

/** The page's look, a file for each story, in the order in which they are joined. */
export const STYLES = ['base', 'frame', 'timeline', 'file', 'figures', 'offers'] as const;

const TEXT = '; charset=utf-8';
const JAVASCRIPT = `text/javascript${TEXT}`;

export async function loadAssets(): Promise<LabAssets> {
  const read = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, FOLDER)));
  return new Map<string, LabFile>([
    ['/', { contentType: `text/html${TEXT}`, body: read('index.html') }],
    ['/icon.svg', { contentType: 'image/svg+xml', body: read('icon.svg') }],
    ['/page.css', { contentType: `text/css${TEXT}`, body: styles(read) }],
    ...[...(await programs())].map(([name, body]): [string, LabFile] => [
      `/${name}`,
      { contentType: JAVASCRIPT, body },
    ]),
  ]);
}

function styles(read: (name: string) => Uint8Array): Uint8Array {
  const plots = existsSync(new URL('uplot.css', FOLDER)) ? read('uplot.css') : readPlotStyle();
  const own = STYLES.map((name) => read(`style/${name}.css`));
  return Buffer.concat([plots, ...own].flatMap((one) => [one, Buffer.from('\n')]));
}

/** uPlot's own style, from its package. */
export const readPlotStyle = (): Uint8Array => new Uint8Array(readFileSync(resolve('uplot/dist/uPlot.min.css')));

async function programs(): Promise<ReadonlyMap<string, Uint8Array>> {
  if (existsSync(new URL('page.js', FOLDER))) {
    const names = readdirSync(FOLDER).filter((name) => name.endsWith('.js'));
    return new Map(names.map((name) => [name, new Uint8Array(readFileSync(new URL(name, FOLDER)))]));
  }
  const { bundlePage } = await import('./bundle-page.ts');
  return bundlePage(fileURLToPath(new URL('main.ts', FOLDER)));
}
