/**
 * The whole chain at once, on a pcscd of its own: a virtual card in its reader, seen by opensc-tool and by a raw APDU, made the
 * sample player's own, and paying for a level with the payment server stopped. Ends with what the way through pcscd costs.
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { AID, createApplet, fileStore, pcscReaders, virtualCard, type ReaderPort } from '@coinslot/card';
import { decodePaymentDecision, readEnvelope } from '@coinslot/protocol';
import { pino } from 'pino';
import { throughPcscd, type Measured } from '../../bench/cards/payments.ts';
import { median, percentile } from '../../bench/report.ts';
import { startPcscd, whyNoPcscd, type PcscDaemon } from '../../tests/lib/pcscd.ts';
import { sitDown } from '../prove/player.ts';
import { Report } from '../prove/print.ts';
import { openParties } from '../town.ts';

const GAME_PORT = 8375;
const PIN = '2468';
const CARD_PIN = '1357';
const LOADED_MINOR = 200n;

/** Prints as it goes; resolves with how many checks failed. Throws an Error with the remedy where there is no pcscd. */
export async function showCard(): Promise<number> {
  const why = whyNoPcscd();
  if (why !== undefined) throw new Error(why);
  const folder = mkdtempSync(join(tmpdir(), 'coinslot-card-'));
  const report = new Report();
  try {
    await onDaemon(folder, async (daemon, readers) => {
      await seeIt(report, daemon);
      await payWithIt(report, readers, daemon.readerNames[0], folder);
    });
    report.step('What the way through pcscd and vpcd costs');
    tell(report, 'with quick ACK on loopback', await throughPcscd(join(folder, 'quick'), true));
    tell(report, 'without (Nagle and delayed ACK)', await throughPcscd(join(folder, 'slow'), false));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`\n${report.passed} checks held, ${report.failed} failed.`);
  return report.failed;
}

async function onDaemon(
  folder: string,
  use: (daemon: PcscDaemon, readers: ReaderPort) => Promise<void>,
): Promise<void> {
  const daemon = await startPcscd();
  const readers = pcscReaders({ socketPath: daemon.socketPath });
  const icc = createApplet({ store: fileStore(join(folder, 'chip')) });
  const card = virtualCard({ icc, dial: () => daemon.dial(0) });
  try {
    const isIn = new Promise<void>((resolve) => {
      const stop = readers.watch((states) => {
        if (!states.some(({ name, present }) => name === daemon.readerNames[0] && present)) return;
        queueMicrotask(() => stop());
        resolve();
      });
    });
    card.insert();
    await isIn;
    await use(daemon, readers);
  } finally {
    card.remove();
    await readers.close();
    await daemon.close();
  }
}

async function seeIt(report: Report, { socketPath }: PcscDaemon): Promise<void> {
  report.step('A real pcscd sees the card');
  const env = { ...process.env, PCSCLITE_CSOCK_NAME: socketPath };
  // Not synchronous: the card that is to answer runs in this very process.
  const opensc = async (...args: string[]): Promise<string> =>
    (await promisify(execFile)('opensc-tool', args, { env })).stdout.trim();
  const listed = await opensc('-l').catch(() => undefined);
  if (listed === undefined) {
    report.line('opensc-tool is not installed (apt-get install opensc): left out');
    return;
  }
  for (const line of listed.split('\n')) report.line(line);
  report.check('opensc-tool -l lists reader and card', /^0\s+Yes\s+Virtual PCD 00 00$/m.test(listed));
  const select = `00a40400${AID.length.toString(16).padStart(2, '0')}${Buffer.from(AID).toString('hex')}00`;
  const answer = await opensc('-r', '0', '-s', select);
  for (const line of answer.split('\n').slice(0, 4)) report.line(line);
  report.check('a raw SELECT by its AID is answered', /SW1=0x(90|61)/.test(answer));
}

async function payWithIt(report: Report, readers: ReaderPort, reader: string, folder: string): Promise<void> {
  report.step('The wallet makes it the player’s own, and charges it');
  const parties = await openParties({
    root: dirname(dirname(dirname(fileURLToPath(import.meta.url)))),
    home: join(folder, 'town'),
    ports: { wallet: 0, sandbox: 0, game: GAME_PORT },
    clock: Date.now,
    random: (length) => new Uint8Array(randomBytes(length)),
    log: pino({ level: process.env['COINSLOT_LOG'] ?? 'silent' }),
    player: 'sample',
    pin: PIN,
    // The wallet closes its readers; these are the show's.
    wallet: { readers: { ...portOf(readers), close: () => Promise.resolve() } },
  });
  try {
    const { wallet, sandbox, gameFolder } = parties;
    await wallet.cards.readAgain();
    const idHex = await wallet.cards.issueCard({ reader, pin: PIN, cardPin: CARD_PIN });
    const purse = wallet.cards.list().find((card) => card.idHex === idHex)?.purses[0]?.purse ?? '';
    await sandbox.topUp({
      userId: wallet.userId,
      amountMinor: LOADED_MINOR,
      currency: 'EUR',
      bankReference: `show-${idHex}`,
    });
    await wallet.cards.recharge(idHex, purse, LOADED_MINOR, PIN);
    report.check('personalised and charged through pcscd', true, `card ${idHex}, EUR 2.00`);
    await sandbox.close();

    report.step('The server is stopped; the player buys level 3');
    const player = sitDown({ gameFolder, walletPort: wallet.port, origin: `http://127.0.0.1:${GAME_PORT}` });
    await player.coinslot.ready;
    const result = await player.coinslot.require('level-3');
    report.check('granted', result.status === 'granted', [result.status, result.reason, result.code].join(' '));
    const envelope = player.decisions.at(-1) ?? new Uint8Array();
    const { card } = decodePaymentDecision(readEnvelope(envelope).body);
    report.check('message 3 is the card’s', card !== undefined, `${envelope.length} B, counter ${card?.counter}`);
    player.coinslot.close();
    await wallet.cards.readAgain();
    const left = wallet.cards.list().find((one) => one.idHex === idHex)?.purses[0]?.balanceMinor;
    report.check('EUR 1.80 is left on it', left === LOADED_MINOR - 20n);
  } finally {
    await parties.close();
  }
}

const portOf = (readers: ReaderPort): Omit<ReaderPort, 'close'> => ({
  readers: () => readers.readers(),
  watch: (listener) => readers.watch(listener),
  connect: (reader) => readers.connect(reader),
});

function tell(report: Report, how: string, measured: Measured | undefined): void {
  if (measured === undefined) return;
  const { payments, apdus } = measured;
  const ms = (value: number): string => `${value.toFixed(2)} ms`;
  report.line(`${how}:`);
  report.line(`  an APDU            p50 ${ms(median(apdus))}, p99 ${ms(percentile(apdus, 0.99))}`);
  report.line(`  a payment          p50 ${ms(median(payments))}, p99 ${ms(percentile(payments, 0.99))}`);
  report.line(`  payments a second  ${(1_000 / median(payments)).toFixed(0)}`);
}
