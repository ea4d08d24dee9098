/** Everything a foul game, player or server could try on this path: each is refused with its code and nothing is charged. */
import {
  decodePairingHeader,
  decodePaymentDecision,
  encodeOffer,
  readEnvelope,
  type CodeName,
  type Offer,
} from '@coinslot/protocol';
import type { Parties } from '../town.ts';
import { countTransfers } from './books.ts';
import {
  approve,
  flipSignature,
  offerOf,
  ownAuthority,
  readPriceList,
  readPublisher,
  requote,
  swapPrice,
} from './forger.ts';
import type { Bought } from './loop.ts';
import { sitDown } from './player.ts';
import type { Report } from './print.ts';
import { post, requestOf } from './server-door.ts';
import { openRawGame } from './stranger.ts';

type Case = readonly [name: string, code: CodeName, make: () => Offer];

export async function proveForgeries(report: Report, parties: Parties, origin: string, bought: Bought): Promise<void> {
  await atTheWallet(report, parties, origin);
  await atThePlugin(report, parties, origin, bought);
  await atTheServer(report, parties);
}

async function atTheWallet(
  report: Report,
  { sandbox, wallet, gameFolder, publisherFolder }: Parties,
  origin: string,
): Promise<void> {
  report.step('A foul game at the wallet: refused before anything is shown');
  const list = readPriceList(gameFolder);
  const publisher = readPublisher(publisherFolder);
  const own = ownAuthority();
  const server = { signer: sandbox.sandbox.signer, chain: sandbox.sandbox.chain };
  const bonus = (): Offer => offerOf(list, 'bonus');
  const cases: readonly Case[] = [
    [
      'a forged quote: one bit of the signature flipped',
      'BAD_SIGNATURE',
      () => ({ ...bonus(), quote: flipSignature(bonus().quote) }),
    ],
    ['a swapped price under the old signature', 'BAD_SIGNATURE', () => swapPrice(bonus(), 1n)],
    [
      "another offer's terms under this quote",
      'OFFER_HASH',
      () => ({ ...bonus(), terms: offerOf(list, 'level-3').terms, texts: offerOf(list, 'level-3').texts }),
    ],
    [
      'a quote under a root nobody pinned',
      'CHAIN_UNTRUSTED',
      () => requote(bonus(), { currency: 'EUR' }, own.publisher),
    ],
    ['a quote signed by a payment server', 'CHAIN_ROLE', () => requote(bonus(), {}, server)],
    [
      "a price above the certificate's limit",
      'CHAIN_LIMIT',
      () => requote(bonus(), { amountMinor: 10_001n }, publisher),
    ],
    [
      'a price that is no longer offered',
      'OFFER_EXPIRED',
      () => requote(bonus(), { notAfterMs: Date.now() - 60_000 }, publisher),
    ],
    ['an offer of an hour ago', 'CLOCK_SKEW', () => offerOf(list, 'bonus', { offerTimeMs: Date.now() - 3_600_000 })],
  ];
  const before = await countTransfers(sandbox);
  const header = decodePairingHeader(readEnvelope(list.pairingHeader).body);
  report.check('the pairing header names this origin', header.origins.includes(origin));
  const game = await openRawGame(wallet.port, origin, list.pairingHeader);
  for (const [name, code, make] of cases) {
    const answer = await game.offer(encodeOffer(make()));
    const got = answer.kind === 'refusal' ? answer.code : answer.kind;
    report.check(name, got === code, got);
  }
  game.close();
  report.check('nothing was charged', (await countTransfers(sandbox)) === before);
}

async function atThePlugin(
  report: Report,
  { sandbox, wallet, gameFolder, publisherFolder }: Parties,
  origin: string,
  bought: Bought,
): Promise<void> {
  report.step('A foul wallet at the plugin: no decision but its own opens the level');
  const own = ownAuthority();
  const real = { signer: sandbox.sandbox.signer, chain: sandbox.sandbox.chain };
  const before = await countTransfers(sandbox);
  const cases: readonly (readonly [name: string, code: CodeName, forge: (offer: Uint8Array) => Uint8Array])[] = [
    ['a decision that was used before, replayed', 'DECISION_MISMATCH', () => bought.decision],
    [
      'a decision of another nonce, by the real server',
      'DECISION_MISMATCH',
      () => approve(encodeOffer(offerOf(readPriceList(gameFolder), 'bonus')), real),
    ],
    ['one bit of the signature flipped', 'BAD_SIGNATURE', (offer) => flipSignature(approve(offer, real))],
    ['a payment server under a root nobody pinned', 'CHAIN_UNTRUSTED', (offer) => approve(offer, own.server)],
    [
      "the publisher's own signature in the server's place",
      'CHAIN_ROLE',
      (offer) => approve(offer, readPublisher(publisherFolder)),
    ],
  ];
  for (const [name, code, forge] of cases) {
    const { coinslot } = sitDown({ gameFolder, walletPort: wallet.port, origin, forge });
    const result = await coinslot.require('play');
    const refused = result.status === 'failed' && result.code === code && !coinslot.can('play');
    report.check(
      name,
      refused,
      `${result.status}, ${result.code ?? 'no code'}, play ${coinslot.can('play') ? 'OPEN' : 'closed'}`,
    );
    coinslot.close();
  }
  report.check('nothing was charged', (await countTransfers(sandbox)) === before);
}

async function atTheServer(report: Report, { sandbox, gameFolder, publisherFolder }: Parties): Promise<void> {
  report.step('A foul player at the payment server');
  const list = readPriceList(gameFolder);
  const { ada } = sandbox.sandbox.players;
  const publisher = readPublisher(publisherFolder);
  const before = await countTransfers(sandbox);
  const level = offerOf(list, 'level-3');
  const cases: readonly (readonly [name: string, code: CodeName, request: Uint8Array])[] = [
    [
      'pays a cent for what costs twenty',
      'OFFER_PRICE',
      requestOf(sandbox, ada, offerOf(list, 'level-3'), { chargeMinor: 1n }),
    ],
    ['a forged quote', 'BAD_SIGNATURE', requestOf(sandbox, ada, { ...level, quote: flipSignature(level.quote) })],
    [
      "a price above the certificate's limit",
      'CHAIN_LIMIT',
      requestOf(sandbox, ada, requote(offerOf(list, 'level-3'), { amountMinor: 10_001n }, publisher)),
    ],
    [
      'a request whose deadline has passed',
      'DECISION_EXPIRED',
      requestOf(sandbox, ada, offerOf(list, 'level-3', { offerTimeMs: Date.now() - 120_000 }), {
        deadlineMs: Date.now() - 1_000,
      }),
    ],
  ];
  for (const [name, code, request] of cases) {
    const answer = await post(sandbox, request);
    const signed = 'decision' in answer;
    const got = signed ? decodePaymentDecision(readEnvelope(answer.decision).body).code : answer.code;
    report.check(name, got === code, `${got}, ${signed ? 'signed' : 'unsigned'}`);
  }
  const forged = requestOf(sandbox, ada, offerOf(list, 'level-3'));
  const answer = await post(sandbox, flipSignature(forged));
  report.check(
    "another's signature under her name",
    'code' in answer && answer.code === 'BAD_SIGNATURE',
    'code' in answer ? answer.code : 'signed',
  );
  report.check('nothing was charged', (await countTransfers(sandbox)) === before);
}
