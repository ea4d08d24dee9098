/** The pages' files. The script is TypeScript and is bundled when it is first asked for: this room runs from its sources. */
import { build } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { WebAnswer } from './answers.ts';

const fileOf = (name: string): string => fileURLToPath(new URL(`../console/page/${name}`, import.meta.url));

interface Asset {
  readonly contentType: string;
  load(): Promise<string>;
}

const text = (name: string, contentType: string): Asset => ({
  contentType,
  load: () => readFile(fileOf(name), 'utf8'),
});

const ASSETS: Readonly<Record<string, Asset>> = {
  '/': text('index.html', 'text/html; charset=utf-8'),
  '/console/console.css': text('console.css', 'text/css; charset=utf-8'),
  '/console/icon.svg': text('icon.svg', 'image/svg+xml'),
  '/console/console.js': { contentType: 'text/javascript; charset=utf-8', load: bundleScript },
};

let script: Promise<string> | undefined;

function bundleScript(): Promise<string> {
  script ??= build({
    entryPoints: [fileOf('console.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    logLevel: 'silent',
  }).then(({ outputFiles: [file] }) => file?.text ?? '');
  return script;
}

/** `undefined` when there is no such file. */
export async function assetAnswer(path: string): Promise<WebAnswer | undefined> {
  const asset = Object.hasOwn(ASSETS, path) ? ASSETS[path] : undefined;
  return asset && { status: 200, contentType: asset.contentType, body: await asset.load() };
}
