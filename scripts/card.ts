/**
 * `npm run card`: a card on this machine without buying one.
 *
 *   npm run card                      which readers and cards this machine has
 *   npm run card -- --vpcd            a card in the virtual reader of vsmartcard, until Ctrl-C
 *   npm run card -- --vpcd HOST:PORT  ... in that reader
 *   --file PATH                       the card's memory; made new when it is not there (default .coinslot/card/card.bin)
 *
 * The card is the whole applet over a file: what it holds lasts, what it can do a card of plastic can do too. Its key lies in
 * that file, so it is worth as much as the file is well kept: for development, tests and shows.
 */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  createApplet,
  fileStore,
  pcscReaders,
  ReaderError,
  virtualCard,
  VPCD_PORT,
  type ReaderState,
  type VirtualCardState,
} from '@coinslot/card';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const HOST = '127.0.0.1';
const REMEDY = [
  'No virtual reader answers yet; the card goes in as soon as one does. On Debian or Ubuntu:',
  '  sudo apt-get install -y --no-install-recommends pcscd vsmartcard-vpcd && sudo systemctl restart pcscd',
].join('\n');

const { values, positionals } = parseArgs({
  options: { vpcd: { type: 'boolean' }, file: { type: 'string' } },
  allowPositionals: true,
});
const home = process.env['COINSLOT_HOME'] ?? join(root, '.coinslot');

try {
  if (values.vpcd) await beCard(addressOf(positionals[0]), values.file ?? join(home, 'card', 'card.bin'));
  else await listReaders();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

/** Until Ctrl-C; pcscd may come, go and come again meanwhile. */
async function beCard(address: { host: string; port: number }, file: string): Promise<void> {
  const isNew = !existsSync(file);
  await mkdir(dirname(file), { recursive: true });
  const icc = createApplet({ store: fileStore(file) });
  const card = virtualCard({
    icc,
    dial: () => connect(address),
    onState: (state) => console.log(lineOf(state, address)),
    onFailure: (cause) => console.error(`The card failed: ${cause instanceof Error ? cause.message : String(cause)}`),
  });
  console.log(`${isNew ? 'A blank card, kept in' : 'The card kept in'} ${file}`);
  card.insert();
  const hint = setTimeout(() => {
    if (card.state !== 'in') console.log(REMEDY);
  }, 1500);
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  clearTimeout(hint);
  card.remove();
}

function lineOf(state: VirtualCardState, { host, port }: { host: string; port: number }): string {
  const lines = {
    dialling: `Looking for a virtual reader on ${host}:${port} ...`,
    in: 'The card is in the reader.',
    out: 'The card is out.',
  };
  return lines[state];
}

async function listReaders(): Promise<void> {
  const port = pcscReaders();
  try {
    const readers = await port.readers();
    console.log(readers.length === 0 ? 'The card service runs and has no reader.' : readers.map(readerLine).join('\n'));
  } catch (error) {
    if (!(error instanceof ReaderError)) throw error;
    throw new Error(`${error.message}\nA card without a reader: npm run card -- --vpcd`, { cause: error });
  } finally {
    await port.close();
  }
}

function readerLine({ name, present, atr }: ReaderState): string {
  if (!present) return `${name}: empty`;
  return `${name}: a card, ${Buffer.from(atr ?? []).toString('hex')}`;
}

/** `HOST:PORT`, `PORT`, or nothing for vpcd's own. */
function addressOf(text: string | undefined): { host: string; port: number } {
  if (text === undefined) return { host: HOST, port: VPCD_PORT };
  const [, host = HOST, number] = /^(?:([^:]+):)?(\d{1,5})$/.exec(text) ?? [];
  const port = Number(number);
  if (!(port >= 1 && port <= 65_535)) throw new Error(`${text} is no HOST:PORT of a virtual reader`);
  return { host, port };
}
