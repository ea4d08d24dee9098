/**
 * The worked bytes of `docs/spec/card.md`: where each field stands, and a session of commands with a card whose keys come from
 * names. A block stands between `<!-- worked:NAME -->` and `<!-- /worked -->`; a test compares them. To write them again:
 *
 *     node --conditions=coinslot-source --import tsx tests/card/spec-card.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { encodeCommand } from '../../card/src/applet/apdu.ts';
import { AID, CHAIN_BIT, COMMANDS, type CommandName, type Header } from '../../card/src/applet/commands.ts';
import type { Placed } from '../../card/src/applet/layout.ts';
import * as exchanges from '../../card/src/applet/exchanges.ts';
import { purchaseOf } from '../../card/src/terminal/payment.ts';
import { pinBlock } from '../../card/src/terminal/pin-block.ts';
import { bytes16Of } from '../lib/parties.ts';
import { CardRig, PIN, type PaymentOptions } from './applet-parties.ts';

const PAGE = fileURLToPath(new URL('../../docs/spec/card.md', import.meta.url));
const HEX_COLUMNS = 96;

const LAYOUTS: readonly [string, { readonly length: number; readonly fields: readonly Placed[] }][] = [
  ['INITIALIZE FOR PURCHASE, data', exchanges.purchaseStart],
  ['INITIALIZE FOR PURCHASE, answer', exchanges.purchaseReady],
  ['DEBIT FOR PURCHASE, data', exchanges.debit],
  [
    'DEBIT FOR PURCHASE, answer; READ RECORD and GET TRANSACTION PROOF, answer, the encoded CardRecord behind it',
    exchanges.decided,
  ],
  ['INITIALIZE FOR LOAD, answer', exchanges.loadReady],
  ['INTERNAL AUTHENTICATE, answer', exchanges.authenticated],
  ['CREDIT FOR LOAD, answer', exchanges.credited],
  ['GET BALANCE, answer; one line of GET DATA 0102', exchanges.purseLine],
  ['GET DATA 0101, answer', exchanges.standing],
  ['GET DATA 0107, answer', exchanges.contentKeysState],
  ['GET DATA 0108, one line of the answer', exchanges.contentKeyLine],
  ['GET DATA 0109, answer', exchanges.sealingKeyAnswer],
];

function layouts(): string {
  return LAYOUTS.map(([name, { length, fields }]) =>
    [
      `${name}: ${length} bytes`,
      ...fields.map(
        (field) =>
          `  ${`${field.offset}`.padStart(3)}  ${`${field.length}`.padStart(3)}  ${field.name.padEnd(18)} ${field.holds}`,
      ),
    ].join('\n'),
  ).join('\n\n');
}

/** Prints what passes between a terminal and one card. */
class Transcript {
  readonly #lines: string[] = [];
  readonly #rig: CardRig;

  constructor(rig: CardRig) {
    this.#rig = rig;
  }

  async send(
    title: string,
    name: CommandName,
    sent: { p1?: number; p2?: number; data?: Uint8Array; le?: number } = {},
  ): Promise<void> {
    this.#lines.push(`${this.#lines.length === 0 ? '' : '\n'}${title}`);
    const header: Header = COMMANDS[name];
    const { data = new Uint8Array(), le = 256 } = sent;
    const command = { cla: header.cla, ins: header.ins, p1: header.p1 ?? sent.p1 ?? 0, p2: header.p2 ?? sent.p2 ?? 0 };
    let at = 0;
    for (; data.length - at > 255; at += 255)
      await this.#exchange(
        encodeCommand({ ...command, cla: command.cla | CHAIN_BIT, data: data.subarray(at, at + 255), le: 0 }),
      );
    let answer = await this.#exchange(encodeCommand({ ...command, data: data.subarray(at), le }));
    while (answer.at(-2) === 0x61)
      answer = await this.#exchange(encodeCommand({ ...COMMANDS.GET_RESPONSE, data: new Uint8Array(), le: 256 }));
  }

  async #exchange(command: Uint8Array): Promise<Uint8Array> {
    const answer = await this.#rig.icc.transmit(command);
    this.#lines.push(...shown('>', command), ...shown('<', answer));
    return answer;
  }

  toString(): string {
    return this.#lines.join('\n');
  }
}

function shown(sign: string, bytes: Uint8Array): string[] {
  const rows = Buffer.from(bytes)
    .toString('hex')
    .match(new RegExp(`.{1,${HEX_COLUMNS}}`, 'g')) ?? [''];
  return rows.map((row, i) => `${i === 0 ? sign : ' '} ${row}`);
}

async function commands(): Promise<string> {
  const rig = await CardRig.loaded(500n, { name: 'worked' });
  const session = new Transcript(rig);
  const debitOf = async (nonce: string, options: PaymentOptions = {}): Promise<void> => {
    const purchase = purchaseOf(rig.request(nonce, options), 0);
    await session.send('INITIALIZE FOR PURCHASE', 'INITIALIZE_FOR_PURCHASE', {
      data: exchanges.purchaseStart.encode(purchase.start),
    });
    await session.send(`DEBIT FOR PURCHASE, ${options.amountMinor ?? 20n} cents`, 'DEBIT_FOR_PURCHASE', {
      data: exchanges.debit.encode(purchase.debit),
    });
  };
  await rig.icc.powerOn();
  await session.send('SELECT', 'SELECT', { data: AID });
  await session.send('VERIFY, wrong', 'VERIFY', { data: pinBlock('0000'), le: 0 });
  await session.send('VERIFY, right', 'VERIFY', { data: pinBlock(PIN), le: 0 });
  await debitOf('worked one');
  await debitOf('worked two', { amountMinor: 481n });
  await session.send('VERIFY, for a debit above the cap without PIN', 'VERIFY', { data: pinBlock(PIN), le: 0 });
  await debitOf('worked two', { amountMinor: 481n });
  await session.send('GET TRANSACTION PROOF of the refusal', 'GET_TRANSACTION_PROOF', {
    data: bytes16Of('worked two'),
  });
  await session.send('GET BALANCE of the first purse', 'GET_BALANCE', { p2: 0 });
  await session.send('INITIALIZE FOR LOAD', 'INITIALIZE_FOR_LOAD');
  const challenge = (await rig.use((terminal) => terminal.challenge())).challenge;
  const envelope = await rig.acknowledgement({ credits: [{ purse: 'eur', amountMinor: 1_000n }] });
  await rig.powerOnAndSelect();
  await session.send('INTERNAL AUTHENTICATE over that challenge', 'INTERNAL_AUTHENTICATE', { data: challenge });
  await session.send('CREDIT FOR LOAD', 'CREDIT_FOR_LOAD', { data: envelope });
  await session.send('GET DATA, standing', 'GET_DATA', { p1: 1, p2: 1 });
  return session.toString();
}

/** The page as it is, and as it should be. */
export async function specPage(): Promise<{ written: string; worked: string }> {
  const written = readFileSync(PAGE, 'utf8');
  const blocks = new Map([
    ['layouts', layouts()],
    ['commands', await commands()],
  ]);
  const worked = written.replace(
    /<!-- worked:(\w+) -->\n[\s\S]*?<!-- \/worked -->/g,
    (_, name: string) => `<!-- worked:${name} -->\n\`\`\`text\n${blocks.get(name) ?? ''}\n\`\`\`\n<!-- /worked -->`,
  );
  return { written, worked };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(PAGE, (await specPage()).worked);
