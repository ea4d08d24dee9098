/** Content keys for cards at the server's doors: which quotes and keys it takes, for which cards, and who gets nothing. */
import { issueRevocationList } from '@coinslot/authority';
import {
  ALG,
  cardSaleHash,
  decodeCardKeys,
  decodeEncryptionKey,
  encodeCardKeysRequest,
  encodeContentEscrow,
  openEnvelope,
  readCertificate,
  readEnvelope,
  sealEnvelope,
  type Alg,
  type CardKeysRequest,
  type Quote,
} from '@coinslot/protocol';
import { contentKeyIdOf, deriveSealingPair, openContentKeys, sealContentKey } from '@coinslot/protocol/sealing';
import { describe, expect, it } from 'vitest';
import {
  bytes16Of,
  DAY_MS,
  makeOffer,
  makePlayer,
  makePublisher,
  makeTree,
  NOON_MS,
  seedOf,
  type Holder,
} from '../lib/parties.ts';
import { CardHolder, type HolderOptions } from './card-holder.ts';
import {
  bytesOf,
  enrolPlayer,
  post,
  startMarket,
  temporaryFolder,
  urlOf,
  type Started,
  type StartOptions,
} from './started-server.ts';
import { join } from 'node:path';

const SEED = seedOf('encryption');
const KEY = seedOf('content key');
const start = (options: StartOptions = {}): Promise<Started> => startMarket({ encryptionSeed: SEED, ...options });

const quoteOf = (publisher: Holder, offerId = 'level-3', quote: Partial<Quote> = {}) =>
  makeOffer(publisher, { terms: { offerId }, quote: { contentKeyId: contentKeyIdOf(KEY), ...quote } });

/** An escrow for the server, or for its issuer of cards. */
async function bringKey({ server }: Started, publisher: Holder, alg?: Alg): Promise<void> {
  const { escrows } = server.service;
  const { decider, publicKey } = decodeEncryptionKey(readEnvelope(escrows.encryptionKey(alg)).body);
  const holder = { holder: 'decider', publisherId: publisher.id } as const;
  const body = encodeContentEscrow({
    publisherId: publisher.id,
    gameId: 'demo-game',
    contentKeyId: contentKeyIdOf(KEY),
    decider,
    recipient: publicKey,
    sealedKey: sealContentKey(KEY, holder, publicKey, seedOf(`escrow ${alg}`)),
  });
  await escrows.take(sealEnvelope('content-escrow', body, publisher.signer, publisher.chain));
}

let nonces = 0;

/** What a wallet asks with; `changes` for what is refused. */
async function requestOf(
  card: CardHolder,
  changes: Partial<CardKeysRequest> = {},
  by = card.player,
): Promise<Uint8Array> {
  const { sealingKey, proof } = await card.use((terminal) => terminal.sealingKey());
  const body = encodeCardKeysRequest({
    userId: card.player.userId,
    cardId: card.cardId,
    sealingKey,
    proof,
    room: 64,
    timeMs: card.started.time.nowMs,
    nonce: bytes16Of(`keys ${nonces++}`),
    audience: card.started.holder.keyHash,
    ...changes,
  });
  return sealEnvelope('card-keys-request', body, by.account, []);
}

/** How many keys the card has after a contact. */
async function keysAfter(card: CardHolder, changes: Partial<CardKeysRequest> = {}): Promise<number> {
  const answer = await post(card.started, '/v1/cards/keys', await requestOf(card, changes));
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  const load = await bytesOf(answer);
  await card.use((terminal) => terminal.putContentKeys(load));
  return (await card.use((terminal) => terminal.info())).contentKeys?.keys ?? -1;
}

async function cardAt(started: Started, options: HolderOptions = {}): Promise<CardHolder> {
  return CardHolder.issued(started, await enrolPlayer(started), options);
}

describe('GET /v1/encryption-key?alg', () => {
  it.each([ALG.ed25519, ALG.p256])(
    'is signed by the issuer of such cards (%d), and is another key for each',
    async (alg) => {
      const started = await start();
      const url = `${await urlOf(started)}/v1/encryption-key`;
      const [own, issuers] = [await bytesOf(await fetch(url)), await bytesOf(await fetch(`${url}?alg=${alg}`))];
      const { tree, time } = started;
      openEnvelope(issuers, { type: 'encryption-key', role: 'card-issuer', roots: tree.roots, atMs: time.nowMs });
      const keys = [own, issuers].map((one) => decodeEncryptionKey(readEnvelope(one).body).publicKey);
      expect(keys[0]).not.toEqual(keys[1]);
    },
  );
});

describe('a card is given', () => {
  it.each([ALG.ed25519, ALG.p256])(
    'the keys of what it may decide, sealed to it and bound to the price (alg %d)',
    async (alg) => {
      const started = await start();
      const card = await cardAt(started, { alg });
      await bringKey(started, started.publisher, alg);
      const { quote, quoteEnvelope } = quoteOf(started.publisher);
      expect((await post(started, '/v1/escrows/quotes', quoteEnvelope)).status).toBe(200);
      expect((await post(started, '/v1/escrows/quotes', quoteEnvelope)).status).toBe(200);
      const pair = deriveSealingPair(seedOf('nobody'));
      const load = await bytesOf(await post(started, '/v1/cards/keys', await requestOf(card)));
      const { sealed } = decodeCardKeys(readEnvelope(load).body);
      expect(Buffer.from(load).includes(Buffer.from(KEY))).toBe(false);
      expect(() => openContentKeys(sealed, card.cardId, pair.secretKey)).toThrow(/not sealed to this key/);
      expect(await keysAfter(card)).toBe(1);
      const { contentKeys } = await card.use((terminal) => terminal.info());
      const sale = cardSaleHash({ ...quote, quoteSignature: readEnvelope(quoteEnvelope).signature });
      expect(contentKeys?.lines).toEqual([{ sale, notAfterMs: quote.notAfterMs }]);
    },
  );

  it('the newest first, as many as it has room for, and of one publisher a quarter', async () => {
    const started = await start();
    const card = await cardAt(started);
    await bringKey(started, started.publisher, ALG.ed25519);
    const quotes = Array.from({ length: 20 }, (_, i) => quoteOf(started.publisher, `offer-${i}`));
    for (const { quoteEnvelope } of quotes) await started.server.service.escrows.takeQuote(quoteEnvelope);
    expect(await keysAfter(card)).toBe(16);
    expect(await keysAfter(card, { room: 1 })).toBe(1);
    const newest = quotes.at(-1)!;
    const sale = cardSaleHash({ ...newest.quote, quoteSignature: readEnvelope(newest.quoteEnvelope).signature });
    const { contentKeys } = await card.use((terminal) => terminal.info());
    expect(contentKeys?.lines.map((one) => one.sale)).toEqual([sale]);
  });

  const none: readonly [string, (started: Started) => Promise<void>][] = [
    ['of what only the server was given', (started) => bringKey(started, started.publisher)],
    ['of what the issuer of other cards was given', (started) => bringKey(started, started.publisher, ALG.p256)],
  ];
  it.each(none)('nothing %s', async (_, bring) => {
    const started = await start();
    const card = await cardAt(started);
    await bring(started);
    await started.server.service.escrows.takeQuote(quoteOf(started.publisher).quoteEnvelope);
    expect(await keysAfter(card)).toBe(0);
  });

  it.each<[Quote['cards'], number, number]>([
    ['none', 0, 0],
    ['chip', 1, 0],
    ['software', 1, 1],
  ])('nothing that a card like it may not decide: %s', async (cards, onChip, onSoftware) => {
    const started = await start();
    await bringKey(started, started.publisher, ALG.ed25519);
    await started.server.service.escrows.takeQuote(quoteOf(started.publisher, 'level-3', { cards }).quoteEnvelope);
    const player = await enrolPlayer(started);
    const chip = await CardHolder.issued(started, player, { name: 'chip' });
    const software = await CardHolder.issued(started, player, { name: 'software', assurance: 'software' });
    expect([await keysAfter(chip), await keysAfter(software)]).toEqual([onChip, onSoftware]);
  });

  it('nothing any more of a publisher who was revoked, nor of a quote that has ended', async () => {
    const tree = makeTree();
    const publisher = makePublisher(tree);
    const { serialHex } = readCertificate(publisher.chain[0] as Uint8Array);
    const revoked = [{ serialHex, revokedAtMs: NOON_MS + 60_000 }];
    const times = { thisUpdateMs: NOON_MS, nextUpdateMs: NOON_MS + 9 * DAY_MS };
    const list = issueRevocationList({ issuer: tree.synd, number: 1, revoked, ...times });
    const started = await start({ tree, revocationLists: [list] });
    const card = await cardAt(started);
    await bringKey(started, publisher, ALG.ed25519);
    await started.server.service.escrows.takeQuote(quoteOf(publisher).quoteEnvelope);
    expect(await keysAfter(card)).toBe(1);
    // What was verified is believed for a quarter of an hour.
    started.time.nowMs = NOON_MS + 20 * 60_000;
    expect(await keysAfter(card)).toBe(0);

    const other = await start();
    const later = await cardAt(other);
    await bringKey(other, other.publisher, ALG.ed25519);
    const ending = quoteOf(other.publisher, 'level-3', { notAfterMs: NOON_MS + 1_000 });
    await other.server.service.escrows.takeQuote(ending.quoteEnvelope);
    expect(await keysAfter(later)).toBe(1);
    other.time.nowMs = NOON_MS + 1_001;
    expect(await keysAfter(later)).toBe(0);
  });

  it('the same after a restart', async () => {
    const storePath = join(temporaryFolder(), 'ledger.sqlite');
    const first = await start({ storePath });
    const card = await cardAt(first);
    await bringKey(first, first.publisher, ALG.ed25519);
    await first.server.service.escrows.takeQuote(quoteOf(first.publisher).quoteEnvelope);
    await first.server.close();
    const again = await start({ storePath, tree: first.tree, holder: first.holder });
    expect(await keysAfter(card.at(again))).toBe(1);
  });
});

describe('refused', () => {
  it('asking for keys in the name of a card that did not sign, or of somebody else’s, or that is blocked or over', async () => {
    const started = await start();
    const card = await cardAt(started);
    const codeOf = async (request: Uint8Array): Promise<string> => {
      const answer = await post(started, '/v1/cards/keys', request);
      return answer.ok ? 'given' : ((await answer.json()) as { code: string }).code;
    };
    const mine = deriveSealingPair(seedOf('mine')).publicKey;
    expect(await codeOf(await requestOf(card, { sealingKey: mine }))).toBe('BAD_SIGNATURE');
    expect(await codeOf(await requestOf(card, { cardId: bytes16Of('other') }))).toBe('BAD_KEY');
    expect(await codeOf(await requestOf(card, {}, makePlayer('somebody else')))).toBe('BAD_SIGNATURE');
    expect(await codeOf(await requestOf(card, { audience: seedOf('other') }))).toBe('BAD_KEY');
    expect(await codeOf(await requestOf(card, { timeMs: NOON_MS - DAY_MS }))).toBe('CLOCK_SKEW');
    const once = await requestOf(card);
    expect([await codeOf(once), await codeOf(once)]).toEqual(['given', 'CONSENT_STALE']);
    await started.server.service.cards.block(card.cardId, 'a test');
    expect(await codeOf(await requestOf(card))).toBe('CARD_BLOCKED');
  });

  it('quotes that do not hold, seal nothing, or whose key was not brought', async () => {
    const started = await start();
    const { escrows } = started.server.service;
    const { publisher } = started;
    const taken = (envelope: Uint8Array) => escrows.takeQuote(envelope);
    await expect(taken(quoteOf(publisher).quoteEnvelope)).rejects.toMatchObject({ code: 'KEY_ABSENT' });
    await bringKey(started, publisher, ALG.ed25519);
    const plain = makeOffer(publisher).quoteEnvelope;
    await expect(taken(plain)).rejects.toMatchObject({ code: 'KEY_ABSENT' });
    const forged = quoteOf({ ...publisher, signer: started.holder.signer }).quoteEnvelope;
    await expect(taken(forged)).rejects.toMatchObject({ code: 'BAD_SIGNATURE' });
    const ended = quoteOf(publisher, 'level-3', { notBeforeMs: NOON_MS - 2, notAfterMs: NOON_MS - 1 }).quoteEnvelope;
    await expect(taken(ended)).rejects.toMatchObject({ code: 'OFFER_EXPIRED' });
    const stranger = makePublisher(started.tree, { id: 'umbra-works' });
    await expect(taken(quoteOf(stranger).quoteEnvelope)).rejects.toMatchObject({ code: 'OFFER_ORIGIN' });
  });
});
