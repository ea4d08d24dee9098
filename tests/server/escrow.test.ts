/** Content keys in escrow: what is taken in, what an approval carries, and that nobody pays for what would not open. */
import {
  decodeEncryptionKey,
  encodeContentEscrow,
  encodeTerms,
  offerHash,
  openEnvelope,
  publicKeyFromSeed,
  readEnvelope,
  sealEnvelope,
  type ContentEscrow,
  type PaymentRequest,
} from '@coinslot/protocol';
import {
  contentKeyIdOf,
  deriveSealingPair,
  openContentKey,
  sealContentKey,
  sealingSecretOfSeed,
} from '@coinslot/protocol/sealing';
import { describe, expect, it } from 'vitest';
import { makeOffer, makePublisher, makeRequest, seedOf, type Holder, type MadeOffer } from '../lib/parties.ts';
import {
  balanceOf,
  bytesOf,
  enrolPlayer,
  post,
  readDecision,
  requireBooks,
  startMarket,
  temporaryFolder,
  urlOf,
  type Started,
  type StartOptions,
} from './started-server.ts';
import { join } from 'node:path';

const SEED = seedOf('encryption');
const PAIR = deriveSealingPair(SEED);
const KEY = seedOf('content key');
const PLAYER_SEED = seedOf('player key');
const playerKey = publicKeyFromSeed(PLAYER_SEED);

const start = (options: StartOptions = {}): Promise<Started> => startMarket({ encryptionSeed: SEED, ...options });

function escrowOf(
  { holder, publisher }: Started,
  fields: Partial<ContentEscrow> = {},
  by: Holder = publisher,
  sealedFor = 'lumen-works',
): Uint8Array {
  const escrow: ContentEscrow = {
    publisherId: 'lumen-works',
    gameId: 'demo-game',
    contentKeyId: contentKeyIdOf(KEY),
    decider: holder.keyHash,
    recipient: PAIR.publicKey,
    sealedKey: sealContentKey(KEY, { holder: 'decider', publisherId: sealedFor }, PAIR.publicKey, seedOf('e')),
    ...fields,
  };
  return sealEnvelope('content-escrow', encodeContentEscrow(escrow), by.signer, by.chain);
}

const sealedOffer = (publisher: Holder, nonce = 'nonce'): MadeOffer =>
  makeOffer(publisher, { nonce, quote: { contentKeyId: contentKeyIdOf(KEY) } });

async function decide(started: Started, request: Uint8Array) {
  const answer = await started.server.decide(request);
  if (answer.kind !== 'decided') throw new Error(answer.kind);
  return { envelope: answer.decision, fresh: answer.fresh, decision: readDecision(started, answer.decision) };
}

async function refusalAt(started: Started, body: Uint8Array): Promise<string> {
  const answer = await post(started, '/v1/escrows', body);
  if (answer.ok) return 'accepted';
  return ((await answer.json()) as { code: string }).code;
}

describe('the doors', () => {
  it('publish the encryption key, signed by the server', async () => {
    const started = await start();
    const answer = await bytesOf(await fetch(`${await urlOf(started)}/v1/encryption-key`));
    const { body } = openEnvelope(answer, {
      type: 'encryption-key',
      role: 'payment-server',
      roots: started.tree.roots,
      atMs: started.time.nowMs,
    });
    expect(decodeEncryptionKey(body)).toMatchObject({ decider: started.holder.keyHash, publicKey: PAIR.publicKey });
  });

  it('take a content key once, and the same again', async () => {
    const started = await start();
    const answers = [
      await post(started, '/v1/escrows', escrowOf(started)),
      await post(started, '/v1/escrows', escrowOf(started)),
    ];
    const taken = { publisherId: 'lumen-works', contentKeyId: Buffer.from(contentKeyIdOf(KEY)).toString('hex') };
    expect(await Promise.all(answers.map((one) => one.json()))).toEqual([taken, taken]);
    const { escrows } = started.server.service.records;
    const kept = await escrows.findEscrow('lumen-works', contentKeyIdOf(KEY), PAIR.publicKey);
    expect(kept?.envelope).toEqual(escrowOf(started));
    // What lies in the store does not hold the key.
    expect(Buffer.from(kept!.envelope).includes(Buffer.from(KEY))).toBe(false);
  });

  it('refuse what is not this publisher’s, for this server, or not the key of its id', async () => {
    const started = await start();
    const other = makePublisher(started.tree, { id: 'umbra-works' });
    const rows: readonly [string, Uint8Array, string][] = [
      ['signed by another publisher', escrowOf(started, {}, other), 'OFFER_ORIGIN'],
      ['of a publisher without an account', escrowOf(started, { publisherId: 'umbra-works' }, other), 'OFFER_ORIGIN'],
      ['signed by the server', escrowOf(started, {}, started.holder), 'CHAIN_ROLE'],
      ['for another server', escrowOf(started, { decider: seedOf('other') }), 'BAD_KEY'],
      ['sealed to another key', escrowOf(started, { recipient: seedOf('other') }), 'BAD_KEY'],
      ['a copy of another publisher’s', escrowOf(started, {}, started.publisher, 'umbra-works'), 'BAD_KEY'],
      ['under the id of another key', escrowOf(started, { contentKeyId: contentKeyIdOf(seedOf('x')) }), 'BAD_KEY'],
      ['nothing', new Uint8Array(), 'BAD_ENCODING'],
    ];
    for (const [name, body, code] of rows) expect([name, await refusalAt(started, body)]).toEqual([name, code]);
  });

  it('say KEY_ABSENT at a server without an encryption key', async () => {
    const started = await startMarket();
    expect(await refusalAt(started, escrowOf(started))).toBe('KEY_ABSENT');
    expect((await fetch(`${await urlOf(started)}/v1/encryption-key`)).status).toBe(409);
  });
});

describe('a payment for something sealed', () => {
  it('carries the content key, for this player and this request alone', async () => {
    const started = await start();
    const player = await enrolPlayer(started);
    await started.server.service.escrows.take(escrowOf(started));
    const request = makeRequest(player, started.holder, sealedOffer(started.publisher), { playerKey });
    const { decision } = await decide(started, request);
    expect(decision.code).toBe('APPROVED');
    const holder = { holder: 'player', requestHash: decision.requestHash } as const;
    const secret = sealingSecretOfSeed(PLAYER_SEED);
    expect(openContentKey(decision.sealedKey!, holder, secret, contentKeyIdOf(KEY))).toEqual(KEY);
    expect(() =>
      openContentKey(decision.sealedKey!, holder, sealingSecretOfSeed(seedOf('other')), contentKeyIdOf(KEY)),
    ).toThrow(/not sealed to this key/);
    await requireBooks(started);
  });

  it('1x: asked again has the same bytes, over a restart too (I4)', async () => {
    const storePath = join(temporaryFolder(), 'ledger.sqlite');
    const started = await start({ storePath });
    const player = await enrolPlayer(started);
    await started.server.service.escrows.take(escrowOf(started));
    const request = makeRequest(player, started.holder, sealedOffer(started.publisher), { playerKey });
    const first = await decide(started, request);
    const again = await decide(started, request);
    expect([again.fresh, again.envelope]).toEqual([false, first.envelope]);
    await started.server.close();
    const restarted = await start({ storePath, tree: started.tree, holder: started.holder });
    expect((await decide(restarted, request)).envelope).toEqual(first.envelope);
    // And a key that was taken before the restart opens after it.
    const other = makeRequest(player, started.holder, sealedOffer(started.publisher, 'second'), { playerKey });
    expect((await decide(restarted, other)).decision.sealedKey).toHaveLength(80);
    await requireBooks(restarted);
  });

  it.each<[string, boolean]>([
    ['whose publisher brought no key', true],
    ['at a server without an encryption key', false],
  ])('%s is refused with KEY_ABSENT before the debit, for good', async (_, hasKey) => {
    const started = hasKey ? await start() : await startMarket();
    const player = await enrolPlayer(started);
    const request = makeRequest(player, started.holder, sealedOffer(started.publisher), { playerKey });
    const first = await decide(started, request);
    expect(first.decision).toMatchObject({
      outcome: 'refused',
      code: 'KEY_ABSENT',
      chargedMinor: 0n,
      sealedKey: undefined,
    });
    expect(await balanceOf(started, player)).toBe(1_000n);
    if (hasKey) await started.server.service.escrows.take(escrowOf(started));
    expect((await decide(started, request)).envelope).toEqual(first.envelope);
    await requireBooks(started);
  });

  it('under another publisher’s quote has no use for this publisher’s key', async () => {
    const started = await start();
    const player = await enrolPlayer(started);
    await started.server.service.escrows.take(escrowOf(started));
    const other = makePublisher(started.tree, { id: 'umbra-works' });
    const bank = { holder: 'Umbra Works', iban: 'DE89370400440532013000' };
    await started.server.service.publishers.enrol({ chain: other.chain, payoutCurrency: 'EUR', bank });
    const request = makeRequest(player, started.holder, sealedOffer(other), { playerKey });
    expect((await decide(started, request)).decision.code).toBe('KEY_ABSENT');
  });

  it('whose player key must not be used is refused without a trace: BAD_KEY', async () => {
    const started = await start();
    const player = await enrolPlayer(started);
    await started.server.service.escrows.take(escrowOf(started));
    const smallOrder = new Uint8Array(32).fill(0);
    const fields: Partial<PaymentRequest> = { playerKey: smallOrder };
    const request = makeRequest(player, started.holder, sealedOffer(started.publisher), fields);
    await expect(started.server.decide(request)).rejects.toMatchObject({ code: 'BAD_KEY' });
    expect(await balanceOf(started, player)).toBe(1_000n);
  });

  it('has a key in the decision where the quote names one, and nowhere else', async () => {
    const started = await start();
    const player = await enrolPlayer(started);
    await started.server.service.escrows.take(escrowOf(started));
    const plain = makeOffer(started.publisher);
    expect(readEnvelope(plain.quoteEnvelope).typeName).toBe('quote');
    expect(offerHash(encodeTerms(plain.terms))).toEqual(plain.quote.offerHash);
    const request = makeRequest(player, started.holder, plain, { playerKey });
    expect((await decide(started, request)).decision).toMatchObject({ code: 'APPROVED', sealedKey: undefined });
  });
});
