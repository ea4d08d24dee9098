/** The card program: the applet over a file, in a virtual reader, until it is told to end. And what readers there are, in words. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { createApplet } from '../applet/applet.ts';
import { ReaderError, type ReaderPort, type ReaderState } from '../ports.ts';
import { fileStore } from '../store/file-store.ts';
import { virtualCard, VPCD_PORT, type VirtualCardState } from './virtual-card.ts';

const HOST = '127.0.0.1';
/** A reader that is there takes its card within this. */
const HINT_AFTER_MS = 1500;
const HINT = [
  'No virtual reader answers yet; the card goes in as soon as one does. On Debian or Ubuntu:',
  '  sudo apt-get install -y --no-install-recommends pcscd vsmartcard-vpcd && sudo systemctl restart pcscd',
].join('\n');

export interface CardProgramOptions {
  /** The card's memory; made new when it is not there. Its key lies in it in the clear. */
  readonly file: string;
  /** `HOST:PORT` or `PORT` of the virtual reader; vpcd's own on this machine when left out. Throws RangeError for anything else. */
  readonly address?: string;
  /** Lines for the person who started it. */
  readonly say: (line: string) => void;
  /** The card is pulled out when this resolves. */
  readonly until: Promise<void>;
}

/** Is a card in the reader, whenever the reader is there. */
export async function runCardProgram({ file, address, say, until }: CardProgramOptions): Promise<void> {
  const place = placeOf(address);
  say(`${existsSync(file) ? 'The card kept in' : 'A blank card, kept in'} ${file}`);
  await mkdir(dirname(file), { recursive: true });
  const card = virtualCard({
    icc: createApplet({ store: fileStore(file) }),
    dial: () => connect(place),
    onState: (state) => say(lineOf(state, place)),
    onFailure: (cause) => say(`The card failed: ${cause instanceof Error ? cause.message : String(cause)}`),
  });
  card.insert();
  const hint = setTimeout(() => {
    if (card.state !== 'in') say(HINT);
  }, HINT_AFTER_MS);
  await until;
  clearTimeout(hint);
  card.remove();
}

/** A line for each reader. Throws ReaderError; where no service runs its message says how to have a card all the same. */
export async function describeReaders(port: ReaderPort): Promise<string> {
  try {
    const readers = await port.readers();
    return readers.length === 0 ? 'The card service runs and has no reader.' : readers.map(readerLine).join('\n');
  } catch (error) {
    if (!(error instanceof ReaderError)) throw error;
    const cause = { cause: error };
    throw new ReaderError(error.kind, `${error.message}\nA card without a reader: npm run card -- --plug`, cause);
  }
}

function readerLine({ name, present, atr }: ReaderState): string {
  return present ? `${name}: a card, ${Buffer.from(atr ?? []).toString('hex')}` : `${name}: empty`;
}

interface Place {
  readonly host: string;
  readonly port: number;
}

function lineOf(state: VirtualCardState, { host, port }: Place): string {
  const lines = {
    dialling: `Looking for a virtual reader on ${host}:${port} ...`,
    in: 'The card is in the reader.',
    out: 'The card is out.',
  };
  return lines[state];
}

function placeOf(address: string | undefined): Place {
  if (address === undefined) return { host: HOST, port: VPCD_PORT };
  const [, host = HOST, number] = /^(?:([^:]+):)?(\d{1,5})$/.exec(address) ?? [];
  const port = Number(number);
  if (port >= 1 && port <= 65_535) return { host, port };
  throw new RangeError(`${address} is no HOST:PORT of a virtual reader`);
}
