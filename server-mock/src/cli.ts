/** `coinslot-sandbox`: the sandbox by itself, for games whose wallet and publisher run elsewhere. */
import { Command, InvalidArgumentError } from 'commander';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pino } from 'pino';
import { prepareSandbox } from './grounds/prepare.ts';
import { Operator } from './operator.ts';
import { enrolPublisher } from './samples.ts';
import { SANDBOX_PORT, startSandbox } from './start.ts';

interface StartFlags {
  readonly home: string;
  readonly port: number;
  readonly host: string;
  readonly logLevel: string;
}

const random = (byteCount: number): Uint8Array => Uint8Array.from(randomBytes(byteCount));
const HOME = process.env['COINSLOT_HOME'] ?? '.coinslot';

const program = new Command('coinslot-sandbox')
  .description('The payment server of Coinslot with throwaway keys: for trying and testing, never for money.')
  .showHelpAfterError();

program
  .command('start', { isDefault: true })
  .description('makes what is missing and serves until it is stopped')
  .option('--home <folder>', 'where everything is kept (COINSLOT_HOME)', HOME)
  .option('--port <number>', 'port of server, console and bank', portOf, SANDBOX_PORT)
  .option('--host <address>', 'address to listen on', '127.0.0.1')
  .option('--log-level <level>', 'silent, error, warn, info', 'warn')
  .action(start);

program
  .command('certify')
  .description("certifies a publisher's request, opens its account, and writes the chain to standard output")
  .argument('<request>', 'certificate request, PEM')
  .option('--home <folder>', 'where everything is kept (COINSLOT_HOME)', HOME)
  .option('--port <number>', 'port of the sandbox, if it is running', portOf, SANDBOX_PORT)
  .action(certify);

await program.parseAsync().catch((error: unknown) => {
  console.error(`coinslot-sandbox: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});

async function start({ home, port, host, logLevel }: StartFlags): Promise<void> {
  const folder = resolve(home);
  const log = pino({ level: logLevel });
  const running = await startSandbox({ home: folder, port, host, clock: Date.now, random, log });
  console.log(`TEST sandbox: ${running.url}/ is the console, ${running.url}/bank the test bank`);
  console.log(`roots to pin: ${join(folder, 'authority', 'roots.coinslot')}`);
  console.log(`operator token: ${join(folder, 'server', 'operator-token')}`);
  // Not `once`: a terminal and a parent may both pass the signal on, and the second must not cut the end short.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void running.close());
}

interface CertifyFlags {
  readonly home: string;
  readonly port: number;
}

async function certify(request: string, { home, port }: CertifyFlags): Promise<void> {
  const sandbox = prepareSandbox({ home: resolve(home), clock: Date.now, random });
  const publisher = sandbox.certifyPublisher(readFileSync(request, 'utf8'));
  process.stdout.write(publisher.pem);
  const url = `http://127.0.0.1:${port}`;
  try {
    await enrolPublisher(new Operator(url, sandbox.operatorToken), publisher);
    console.error(`certified ${publisher.name} (${publisher.id}); the sandbox at ${url} knows it`);
  } catch (error) {
    // fetch's own word for nobody listening; every start enrols all who were certified.
    if (!(error instanceof TypeError)) throw error;
    console.error(
      `certified ${publisher.name} (${publisher.id}); no sandbox runs at ${url}, its next start will know it`,
    );
  }
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('expected 0 ... 65535');
}
