/** Something sealed, bought by a card with no network: it opens where the key was loaded at the last contact, and costs nothing where not. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ALG,
  checkDecision,
  decodeEncryptionKey,
  decodeRestored,
  encodeContentEscrow,
  readEnvelope,
  sealEnvelope,
  type Alg,
} from '@coinslot/protocol';
import { contentKeyIdOf, deriveSealingPair, openContentKey, sealContentKey } from '@coinslot/protocol/sealing';
import { describe, expect, it } from 'vitest';
import { cardRefusalText } from '../../wallet/src/words/payment-words.ts';
import { makeOffer, makePublisher, seedOf } from '../lib/parties.ts';
import { floatOf, startCardWorld, startSoftCardWorld, type CardWorld, type SoftCardWorld } from './card-world.ts';
import { balanceOf } from './world.ts';

const KEY = seedOf('content key');
const KEY_ID = contentKeyIdOf(KEY);
const session = deriveSealingPair(seedOf('session secret'));
const other = deriveSealingPair(seedOf('another session'));

type AnyWorld = CardWorld | SoftCardWorld;

const sealedOffer = (world: AnyWorld, nonce = 'sealed') =>
  makeOffer(world.publisher, {
    nonce,
    atMs: world.time.nowMs,
    quote: { contentKeyId: KEY_ID },
    offer: { sessionKey: session.publicKey },
  });

/** What the publisher's `coinslot escrow` does, for those who are named: the server, or its issuer of cards. */
async function handOver(world: AnyWorld, named: readonly (Alg | undefined)[]): Promise<void> {
  const { publisher } = world;
  const { escrows } = world.server.service;
  for (const alg of named) {
    const { decider, publicKey } = decodeEncryptionKey(readEnvelope(escrows.encryptionKey(alg)).body);
    const holder = { holder: 'decider', publisherId: publisher.id } as const;
    const body = encodeContentEscrow({
      publisherId: publisher.id,
      gameId: 'demo-game',
      contentKeyId: KEY_ID,
      decider,
      recipient: publicKey,
      sealedKey: sealContentKey(KEY, holder, publicKey, seedOf(`escrow ${alg}`)),
    });
    await escrows.take(sealEnvelope('content-escrow', body, publisher.signer, publisher.chain));
  }
  await escrows.takeQuote(sealedOffer(world).quoteEnvelope);
}

const cardOf = ({ wallet, cardId }: AnyWorld) => wallet.cards.list().find(({ idHex }) => idHex === cardId);
const paymentsOf = ({ wallet }: AnyWorld) => wallet.profile.state.payments.length;

const MEANS: readonly [string, Alg, () => Promise<AnyWorld>][] = [
  ['a card, Ed25519', ALG.ed25519, () => startCardWorld({ alg: ALG.ed25519 })],
  ['a card, P-256', ALG.p256, () => startCardWorld({ alg: ALG.p256 })],
  ['the software card', ALG.ed25519, () => startSoftCardWorld()],
];

describe('loaded at its last contact', () => {
  it.each(MEANS)('%s opens it with no network, here and elsewhere, and is booked later', async (_, alg, start) => {
    const world = await start();
    await handOver(world, [alg]);
    await world.wallet.cards.upload(world.cardId);
    await world.front.goDown();
    const game = await world.game();
    const { offerBytes } = sealedOffer(world);
    const { decision } = await game.pay(offerBytes);
    const checked = checkDecision(decision, offerBytes, { roots: world.tree.roots, nowMs: world.time.nowMs });
    const { decisionId } = checked.decision;
    expect(checked.signer.card).toBeDefined();
    const frame = await game.next('content-key');
    const holder = { holder: 'session', decisionId } as const;
    expect(openContentKey(frame.sealedKey, holder, session.secretKey, KEY_ID)).toEqual(KEY);

    const challenge = seedOf('challenge');
    game.send('restore', { seq: game.nextSeq(), challenge, sessionKey: other.publicKey });
    const { restored } = await game.next('restored');
    const again = decodeRestored(readEnvelope(restored[0] ?? new Uint8Array()).body);
    expect(openContentKey(again.sealedKey!, holder, other.secretKey, KEY_ID)).toEqual(KEY);

    await world.front.goUp();
    await world.wallet.cards.upload(world.cardId);
    expect(cardOf(world)).toMatchObject({ records: 0, purses: [{ balanceMinor: 980n }] });
    expect(await floatOf(world as CardWorld)).toBe(980n);
    expect(await world.server.service.verifyBooks()).toMatchObject({ ok: true });
  });

  it('nothing that the wallet keeps has the key in the clear before it is paid for', async () => {
    const world = await startSoftCardWorld();
    await handOver(world, [ALG.ed25519]);
    await world.wallet.cards.upload(world.cardId);
    const files = [world.profilePath, `${world.profilePath}-card`].flatMap((folder) =>
      readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile()),
    );
    expect(files.length).toBeGreaterThan(5);
    const hasKey = files.filter(({ parentPath, name }) =>
      readFileSync(join(parentPath, name)).includes(Buffer.from(KEY)),
    );
    expect(hasKey).toEqual([]);
  });

  it('is loaded at the next contact, when the answer to the first was lost; the money was loaded all the same', async () => {
    const world = await startCardWorld({ loadMinor: 0n, moneyMinor: 1_000n });
    await handOver(world, [ALG.p256]);
    world.front.loseAnswerOf = '/v1/cards/keys';
    await world.wallet.cards.recharge(world.cardId, 'prepaid-EUR', 100n, '2468');
    expect(cardOf(world)).toMatchObject({ purses: [{ balanceMinor: 100n }] });
    await world.wallet.cards.upload(world.cardId);
    await world.front.goDown();
    const game = await world.game();
    await game.pay(sealedOffer(world).offerBytes);
    expect((await game.next('content-key')).sealedKey).toHaveLength(80);
  });
});

describe('KEY_ABSENT: the player is told that it needs the network, and nothing is charged', () => {
  const rows: readonly [string, (world: CardWorld) => Promise<void>][] = [
    ['where nothing was loaded', () => Promise.resolve()],
    ['where the card was not here since', (world) => handOver(world, [ALG.p256])],
    [
      'where the publisher named the server, and not the issuer of this card',
      async (world) => {
        await handOver(world, [undefined, ALG.ed25519]);
        await world.wallet.cards.upload(world.cardId);
      },
    ],
  ];
  it.each(rows)('%s', async (_, prepare) => {
    const world = await startCardWorld();
    await prepare(world);
    await world.front.goDown();
    // The wallet finds out that nobody is there: otherwise it would leave the decision to the server, and wait for it.
    await world.wallet.refresh().catch(() => undefined);
    const game = await world.game();
    const refusal = await game.refused(sealedOffer(world).offerBytes);
    expect(refusal).toMatchObject({ code: 'KEY_ABSENT', charged: 'no' });
    expect(refusal.text).toBe(cardRefusalText('en', 'KEY_ABSENT', 'no'));
    await world.wallet.cards.readAgain();
    expect([cardOf(world)?.purses[0]?.balanceMinor, paymentsOf(world)]).toEqual([1_000n, 0]);
    // On line the server decides, where the publisher named it.
    expect(await balanceOf(world)).toBe(1_000n);
  });

  it('for the quote of another publisher under the same key', async () => {
    const world = await startCardWorld();
    await handOver(world, [ALG.p256]);
    await world.wallet.cards.upload(world.cardId);
    const umbra = makePublisher(world.tree, { id: 'umbra-works' });
    const { quoteEnvelope } = makeOffer(umbra, { quote: { contentKeyId: KEY_ID } });
    await expect(world.server.service.escrows.takeQuote(quoteEnvelope)).rejects.toMatchObject({ code: 'OFFER_ORIGIN' });
  });

  it.each([
    ['en', /needs the network/],
    ['fr', /Il faut le réseau/],
    ['de', /braucht es das Netz/],
    ['es', /necesita la red/],
    ['ja', /ネットワーク接続が必要/],
    ['ar', /إلى الشبكة/],
  ] as const)('in %s', (language, words) => {
    expect(cardRefusalText(language, 'KEY_ABSENT', 'no')).toMatch(words);
  });
});
