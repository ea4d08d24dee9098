/** Content keys on a card: what it takes, from whom, and that it releases one only with the debit that pays for it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CARD_LIMITS, memoryStore, type CardTerminal } from '@coinslot/card';
import {
  checkDecision,
  decodeQuote,
  encodeQuote,
  encodeCardKeys,
  contentKeysDigest,
  packWire,
  readEnvelope,
  sealEnvelope,
  unpackWire,
  type Wire,
} from '@coinslot/protocol';
import { deriveSealingPair, sealContentKeys } from '@coinslot/protocol/sealing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DATA_OBJECTS } from '../../card/src/applet/commands.ts';
import { debit as debitLayout, purchaseStart } from '../../card/src/applet/exchanges.ts';
import { purchaseOf } from '../../card/src/terminal/payment.ts';
import { bytes16Of, DAY_MS, makePublisher, makeTree, NOON_MS, seedOf } from '../lib/parties.ts';
import { ALGS, CardRig, freely, makeCardIssuer, roots, word } from './applet-parties.ts';
import { tearingStore } from './applet-tearing.ts';
import {
  CONTENT_KEY,
  keyOfRequest,
  loadKey,
  loadOf,
  openedFrom,
  otherKeys,
  sealedOffer,
  sealedRequest,
} from './content-key-parts.ts';
import { storeIn } from './softcard-parts.ts';

const includes = (bytes: Uint8Array, key: Uint8Array): boolean => Buffer.from(bytes).includes(Buffer.from(key));
const infoOf = (rig: CardRig) => rig.use((terminal) => terminal.info());
const balanceOf = async (rig: CardRig): Promise<bigint> => (await infoOf(rig)).purses[0]!.balanceMinor;
const payFor = (rig: CardRig, body: Uint8Array) => rig.use((terminal: CardTerminal) => terminal.pay(body));
/** Its code and whether it was charged, and that nothing of it was recorded. */
async function refusalOf(rig: CardRig, body: Uint8Array): Promise<string> {
  const before = await infoOf(rig);
  const told = await payFor(rig, body).then(
    () => 'paid',
    ({ code, charged }: { code: string; charged: string }) => `${code} ${charged}`,
  );
  expect(await infoOf(rig)).toEqual(before);
  return told;
}

describe('a card that was given the key', () => {
  it.each(ALGS)('%s: releases it with the debit, to this player alone', async (_, alg) => {
    const rig = await CardRig.loaded(500n, { alg });
    await loadKey(rig);
    const body = sealedRequest(rig, 'one');
    const paid = await payFor(rig, body);
    expect(openedFrom(paid)).toEqual(CONTENT_KEY);
    expect(await balanceOf(rig)).toBe(480n);
    const { offerBytes } = sealedOffer('one');
    const accepted = checkDecision(paid.envelope, offerBytes, { roots, nowMs: NOON_MS });
    expect(accepted.decision.sealedKey).toEqual(paid.sealedKey);
    // Asked again: the same bytes, paid once.
    expect((await payFor(rig, body)).envelope).toEqual(paid.envelope);
    expect((await rig.use((terminal) => terminal.proof(body)))?.envelope).toEqual(paid.envelope);
    expect((await rig.use((terminal) => terminal.records()))[0]?.sealedKey).toEqual(paid.sealedKey);
    expect(await balanceOf(rig)).toBe(480n);
  });

  it('seals it anew for each payment, and tells nobody else of it', async () => {
    const rig = await CardRig.loaded(500n);
    const load = await loadOf(rig, [keyOfRequest(sealedRequest(rig, 'any'))]);
    expect(includes(load, CONTENT_KEY)).toBe(false);
    await rig.use((terminal) => terminal.putContentKeys(load));
    const one = await payFor(rig, sealedRequest(rig, 'one'));
    const two = await payFor(rig, sealedRequest(rig, 'two'));
    expect(one.sealedKey).not.toEqual(two.sealedKey);
    await rig.powerOnAndSelect();
    for (const tag of Object.values(DATA_OBJECTS)) {
      const { data } = await rig.send('GET_DATA', { p1: tag >> 8, p2: tag & 0xff });
      expect(includes(data, CONTENT_KEY)).toBe(false);
    }
  });

  it('holds as many as it says, and finds the last of them', async () => {
    const rig = await CardRig.loaded(500n);
    await loadKey(rig, CARD_LIMITS.contentKeysMax - 1);
    const { contentKeys } = await infoOf(rig);
    expect(contentKeys).toMatchObject({ keys: CARD_LIMITS.contentKeysMax, keysMax: CARD_LIMITS.contentKeysMax });
    expect(contentKeys?.lines).toHaveLength(CARD_LIMITS.contentKeysMax);
    expect(openedFrom(await payFor(rig, sealedRequest(rig, 'one')))).toEqual(CONTENT_KEY);
  });

  it('takes no more than it has room for, and keeps what it had', async () => {
    const rig = await CardRig.loaded(500n);
    await loadKey(rig);
    const tooMany = otherKeys(CARD_LIMITS.contentKeysMax + 1);
    const list = packWire([tooMany.map(({ sale, contentKey, notAfterMs }) => [sale, contentKey, BigInt(notAfterMs)])]);
    const { sealingKey } = await rig.use((terminal) => terminal.sealingKey());
    const sealed = sealContentKeys(list, rig.cardId, sealingKey, seedOf('too many')).slice(0, 5_176);
    const body = encodeCardKeys({ cardId: rig.cardId, digest: contentKeysDigest(list), sealed, timeMs: NOON_MS });
    const load = sealEnvelope('card-keys', body, rig.issuer.signer, rig.issuer.chain);
    await expect(rig.use((terminal) => terminal.putContentKeys(load))).rejects.toMatchObject({ code: 'BAD_ENCODING' });
    expect(openedFrom(await payFor(rig, sealedRequest(rig, 'one')))).toEqual(CONTENT_KEY);
  });

  it('keeps the answer with the key when the key itself is gone', async () => {
    const rig = await CardRig.loaded(500n);
    await loadKey(rig);
    const body = sealedRequest(rig, 'one');
    const paid = await payFor(rig, body);
    const none = await loadOf(rig, [], { fields: { timeMs: NOON_MS + 1 } });
    await rig.use((terminal) => terminal.putContentKeys(none));
    expect((await payFor(rig, body)).envelope).toEqual(paid.envelope);
    expect(await refusalOf(rig, sealedRequest(rig, 'two'))).toBe('KEY_ABSENT no');
  });

  it('signs a refusal without it', async () => {
    const rig = await CardRig.loaded(10n);
    await loadKey(rig);
    const { decision } = await payFor(rig, sealedRequest(rig, 'one'));
    expect(decision).toMatchObject({ code: 'INSUFFICIENT', sealedKey: undefined });
  });

  it('is asked with the key or without, and one nonce is one of the two', async () => {
    const rig = await CardRig.loaded(500n);
    await loadKey(rig);
    const { start, debit } = purchaseOf(sealedRequest(rig, 'one'), 0);
    const ask = async (p2: number): Promise<string> => {
      await rig.powerOnAndSelect();
      await rig.send('INITIALIZE_FOR_PURCHASE', { data: purchaseStart.encode(start) });
      return word((await rig.send('DEBIT_FOR_PURCHASE', { p2, data: debitLayout.encode(debit) })).statusWord);
    };
    expect(await ask(2)).toBe('6a86');
    expect(await ask(1)).toBe('9000');
    expect(await ask(0)).toBe('9404');
    expect(await ask(1)).toBe('9000');
    expect(await balanceOf(rig)).toBe(480n);
  });
});

describe('KEY_ABSENT, before anything is charged', () => {
  it('without the key; the nonce stays open, and pays once the key is there', async () => {
    const rig = await CardRig.loaded(500n);
    const body = sealedRequest(rig, 'one');
    expect(await refusalOf(rig, body)).toBe('KEY_ABSENT no');
    await loadKey(rig);
    expect(openedFrom(await payFor(rig, body))).toEqual(CONTENT_KEY);
    expect(await balanceOf(rig)).toBe(480n);
  });

  const other = makePublisher(makeTree(), { id: 'umbra-works' });
  /** What a player who speaks to the card himself would like the same key for. */
  const sales: readonly [
    string,
    () => { readonly quote: Uint8Array; readonly chargeMinor?: bigint; readonly publisherId?: string },
  ][] = [
    ['a price of his own', () => ({ quote: sealedOffer('one', { amountMinor: 1n }).quoteEnvelope, chargeMinor: 1n })],
    ['another quote of the same offer', () => ({ quote: sealedOffer('one', { free: true }).quoteEnvelope })],
    ['another publisher', () => ({ quote: sealedOffer('one', {}, other).quoteEnvelope, publisherId: other.id })],
    ['another offer', () => ({ quote: sealedOffer('one', { offerHash: seedOf('offer') }).quoteEnvelope })],
    ['another game', () => ({ quote: sealedOffer('one', { gameId: 'other-game' }).quoteEnvelope })],
    ['a quote that nobody signed', () => ({ quote: unsigned(sealedOffer('one').quoteEnvelope) })],
  ];
  it.each(sales)('for %s', async (_, change) => {
    const rig = await CardRig.loaded(500n);
    await loadKey(rig);
    expect(await refusalOf(rig, sealedRequest(rig, 'one', { request: change() }))).toBe('KEY_ABSENT no');
  });

  it('for an offer after the quote ended', async () => {
    const rig = await CardRig.loaded(500n);
    const body = sealedRequest(rig, 'one');
    const load = await loadOf(rig, [keyOfRequest(body, { notAfterMs: NOON_MS - 1 })]);
    await rig.use((terminal) => terminal.putContentKeys(load));
    expect(await refusalOf(rig, body)).toBe('KEY_ABSENT no');
  });

  it('also for who would pay without it: paid, and no key comes', async () => {
    const rig = await CardRig.loaded(500n);
    await loadKey(rig);
    const { start, debit } = purchaseOf(sealedRequest(rig, 'one'), 0);
    await rig.powerOnAndSelect();
    await rig.send('INITIALIZE_FOR_PURCHASE', { data: purchaseStart.encode(start) });
    const { data } = await rig.send('DEBIT_FOR_PURCHASE', { p2: 0, data: debitLayout.encode(debit) });
    expect(data.slice(47, 128).every((byte) => byte === 0)).toBe(true);
  });

  it('the key of a player that is none is refused before the debit', async () => {
    const rig = await CardRig.loaded(500n);
    await loadKey(rig);
    const body = sealedRequest(rig, 'one', { request: { playerKey: new Uint8Array(32) } });
    expect(await refusalOf(rig, body)).toBe('BAD_ENCODING no');
  });
});

describe('a load', () => {
  const mine = (rig: CardRig) => [keyOfRequest(sealedRequest(rig, 'one'))];
  const another = deriveSealingPair(seedOf('another card')).publicKey;
  const loads: readonly [string, string, (rig: CardRig) => Promise<Uint8Array>][] = [
    [
      'by another issuer',
      'BAD_SIGNATURE',
      (rig) => loadOf(rig, mine(rig), { issuer: makeCardIssuer(rig.alg, 'other') }),
    ],
    ['for another card', 'BAD_SIGNATURE', (rig) => loadOf(rig, mine(rig), { fields: { cardId: bytes16Of('other') } })],
    ['sealed to another card', 'BAD_ENCODING', (rig) => loadOf(rig, mine(rig), { sealingKey: another })],
    ['bound to another card', 'BAD_ENCODING', (rig) => loadOf(rig, mine(rig), { sealedFor: bytes16Of('other') })],
    ['not what it says', 'BAD_ENCODING', (rig) => loadOf(rig, mine(rig), { fields: { digest: seedOf('digest') } })],
    ['from before', 'CARD_STATE', (rig) => loadOf(rig, mine(rig), { fields: { timeMs: NOON_MS - DAY_MS } })],
  ];
  it.each(loads)('%s is refused: %s, and nothing has happened', async (_, code, make) => {
    const rig = await CardRig.loaded(500n);
    const others = await loadOf(rig, otherKeys(3));
    await rig.use((terminal) => terminal.putContentKeys(others));
    const before = await infoOf(rig);
    const load = await make(rig);
    await expect(rig.use((terminal) => terminal.putContentKeys(load))).rejects.toMatchObject({ code, charged: 'no' });
    expect(await infoOf(rig)).toEqual(before);
  });

  it('put back after a newer one is refused: what was revoked stays revoked', async () => {
    const rig = await CardRig.loaded(500n);
    const old = await loadOf(rig, mine(rig));
    await rig.use((terminal) => terminal.putContentKeys(old));
    // The publisher was revoked since: its keys are not among those of the next contact.
    const next = await loadOf(rig, otherKeys(1), { fields: { timeMs: NOON_MS + DAY_MS } });
    await rig.use((terminal) => terminal.putContentKeys(next));
    await expect(rig.use((terminal) => terminal.putContentKeys(old))).rejects.toMatchObject({ code: 'CARD_STATE' });
    const body = sealedRequest(rig, 'one', { atMs: NOON_MS + DAY_MS });
    expect(await refusalOf(rig, body)).toBe('KEY_ABSENT no');
  });

  it('that the card has is taken without a write, and the latest time that it knows moves on', async () => {
    const store = tearingStore(memoryStore());
    const rig = await CardRig.loaded(500n, { store });
    const load = await loadOf(rig, mine(rig), { fields: { timeMs: NOON_MS + DAY_MS } });
    await rig.use((terminal) => terminal.putContentKeys(load));
    expect((await infoOf(rig)).standing.timeMs).toBe(NOON_MS + DAY_MS);
    const before = store.commits;
    await rig.use((terminal) => terminal.putContentKeys(load));
    expect(store.commits).toBe(before);
  });

  it('is for issued cards; a blank one has nothing to open it with', async () => {
    const rig = await CardRig.blank();
    await rig.powerOnAndSelect();
    expect(word((await rig.send('PUT_CONTENT_KEYS', { data: Uint8Array.of(0x90) })).statusWord)).toBe('6985');
  });
});

it('a card from before there were content keys comes forward with its money and its records', async () => {
  const rig = await CardRig.loaded(500n);
  const body = rig.request('before');
  const paid = await payFor(rig, body);
  const before = memoryStore();
  await before.commit(formatTwo((await rig.store.load()) ?? new Uint8Array()));
  await rig.restart(before);
  expect(await balanceOf(rig)).toBe(480n);
  expect((await payFor(rig, body)).envelope).toEqual(paid.envelope);
  await loadKey(rig);
  expect(openedFrom(await payFor(rig, sealedRequest(rig, 'one')))).toEqual(CONTENT_KEY);
  // What is neither is damage, and never a new card.
  const broken = memoryStore();
  await broken.commit(packWire([2n, []]));
  await rig.restart(broken);
  await expect(infoOf(rig)).rejects.toMatchObject({ code: 'CARD_STATE' });
});

/** The state of a card as it was kept before: no content keys at its end, and no sealed key in its entries. */
function formatTwo(state: Uint8Array): Uint8Array {
  const [, key, issued] = unpackWire(state) as [Wire, Wire, [Wire[]]];
  const fields = issued[0].slice(0, -3);
  const records = (fields.at(-1) as Wire[][]).map((entry) => entry.slice(0, 4));
  return packWire([2, key, [[...fields.slice(0, -1), records]]]);
}

it('no file of a software card has a key in the clear', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'coinslot-keys-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const store = storeIn(folder);
  await store.create();
  const rig = await CardRig.loaded(500n, { store, parameters: freely });
  await loadKey(rig);
  expect(openedFrom(await payFor(rig, sealedRequest(rig, 'one')))).toEqual(CONTENT_KEY);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  expect(files.length).toBeGreaterThan(3);
  for (const { parentPath, name } of files) {
    expect([name, includes(readFileSync(join(parentPath, name)), CONTENT_KEY)]).toEqual([name, false]);
  }
});

/** The same quote under a signature that is none. */
function unsigned(envelope: Uint8Array): Uint8Array {
  const { body, chain } = readEnvelope(envelope);
  expect(encodeQuote(decodeQuote(body))).toEqual(body);
  return sealEnvelope('quote', body, { sign: () => new Uint8Array(64).fill(7) }, chain);
}
