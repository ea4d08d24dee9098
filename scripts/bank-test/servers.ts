/** Server processes over one store, of which one is killed every so often and started again. */
import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

export interface ServersOptions {
  readonly folder: string;
  readonly args: readonly string[];
  readonly count: number;
}

/** Packages that are not bundled: they have native parts, or are read from their own folders. */
const OUTSIDE = ['better-sqlite3', 'smartcard', 'pg', 'pg-native', 'pdfkit'];

export class Servers {
  readonly #program: string;
  readonly #options: ServersOptions;
  readonly #running: { child: ChildProcess; port: number }[] = [];
  #stopping = false;
  kills = 0;

  private constructor(program: string, options: ServersOptions) {
    this.#program = program;
    this.#options = options;
  }

  static async start(options: ServersOptions): Promise<Servers> {
    const here = fileURLToPath(new URL('.', import.meta.url));
    // One file without TypeScript starts in a fifth of the time; in the checkout, so that what is left outside is found.
    const place = join(here, '..', '..', 'node_modules', '.cache', 'coinslot', `bank-${process.pid}`);
    const program = join(place, 'bank-server.mjs');
    buildSync({
      entryPoints: [join(here, 'bank-server.ts')],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      conditions: ['coinslot-source'],
      external: OUTSIDE,
      banner: {
        js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
      },
      logLevel: 'error',
    });
    // The pages read their looks from beside them.
    cpSync(join(here, '..', '..', 'server', 'src', 'pages', 'look'), join(place, 'look'), { recursive: true });
    const servers = new Servers(program, options);
    for (let i = 0; i < options.count; i++) await servers.#begin();
    return servers;
  }

  async #begin(): Promise<void> {
    const child = spawn(process.execPath, [this.#program, ...this.#options.args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const port = await new Promise<number>((resolve, reject) => {
      child.stdout.once('data', (said: Buffer) => resolve(Number(said.toString())));
      child.once('exit', (code) => reject(new Error(`a server ended with ${code} before it served`)));
    });
    if (this.#stopping) return void child.kill('SIGKILL');
    this.#running.push({ child, port });
  }

  /** Ports that are served now, or were a moment ago. */
  get ports(): readonly number[] {
    return this.#running.map(({ port }) => port);
  }

  /** SIGKILL to the one that has run longest, and another in its place; the rest go on meanwhile. */
  async killOne(): Promise<void> {
    const oldest = this.#running.shift();
    if (oldest === undefined) return;
    oldest.child.kill('SIGKILL');
    this.kills += 1;
    await this.#begin();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    for (const { child } of this.#running.splice(0)) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    }
    rmSync(dirname(this.#program), { recursive: true, force: true });
  }
}
