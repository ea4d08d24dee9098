/** Paying by card, seen from the wallet: decisions that everybody else accepts, purses, caps, refusals. */
import { describe, expect, it } from 'vitest';
import type { CardFacts, CardPayment } from '@coinslot/card';
import {
  cardDecisionId,
  cardRecordHash,
  checkDecision,
  CODES,
  decodeCardRecord,
  decodePaymentRequest,
  encodeOffer,
  equalBytes,
  keyHash,
  openEnvelope,
  requestHash,
  verifyChain,
  type CodeName,
  type PaymentRequest,
} from '@coinslot/protocol';
import { DAY_MS, makeOffer, makePublisher, makeTree, NOON_MS } from '../lib/parties.ts';
import { ALGS, CardRig, freely, parametersFor, PIN, ratesOf, roots } from './applet-parties.ts';

const refusalOf = (attempt: Promise<unknown>): Promise<CodeName> =>
  attempt.then(
    () => expect.unreachable('was not refused'),
    (error: { code: CodeName }) => error.code,
  );

/** 1.10 USD, charged to the purse in euro. */
const dollars = (request: Partial<PaymentRequest> = {}) => ({
  currency: 'USD',
  amountMinor: 110n,
  purse: 'eur',
  request: { chargeCurrency: 'EUR', chargeMinor: 100n, rateTableId: 7, ...request },
});

describe.each(ALGS)('with %s', (_, alg) => {
  it('a decision opens the gate that asked for it', async () => {
    const rig = await CardRig.loaded(500n, { alg });
    const quote = { amountMinor: 20n, currency: 'EUR', cards: 'chip' } as const;
    const { offer } = makeOffer(makePublisher(makeTree()), { nonce: 'one', quote });
    const { envelope, decision } = await rig.pay('one');
    const checked = checkDecision(envelope, encodeOffer(offer), { roots, nowMs: NOON_MS + 1_000 });
    expect(checked.decision).toEqual(decision);
    expect(decision).toMatchObject({
      outcome: 'approved',
      code: 'APPROVED',
      settlement: 'debited',
      purse: 'eur',
      chargedMinor: 20n,
    });
    expect(decision.signer).toEqual(keyHash(rig.spki));
    expect(decision.decisionId).toEqual(cardDecisionId(rig.cardId, decision.nonce));
    expect(decision.timeMs).toBe(NOON_MS);
  });

  it('asked again it is the same decision, byte for byte, also after a reset and by proof', async () => {
    const rig = await CardRig.loaded(500n, { alg });
    const first = await rig.pay('one');
    await rig.pay('two');
    expect(await rig.pay('one')).toEqual(first);
    await rig.restart();
    expect(await rig.pay('one')).toEqual(first);
    expect(await rig.use((terminal) => terminal.proof(rig.request('one')))).toEqual(first);
    expect(await rig.use((terminal) => terminal.proof(rig.request('three')))).toBeUndefined();
    const { standing, purses } = await rig.use((terminal) => terminal.info());
    expect(standing.counter).toBe(2);
    expect(purses[0]!.balanceMinor).toBe(460n);
  });

  it('a signed refusal is recorded, verified, and stands', async () => {
    const rig = await CardRig.loaded(30n, { alg, parameters: freely });
    const refused = await rig.pay('dear', { amountMinor: 31n });
    expect(refused.decision).toMatchObject({
      outcome: 'refused',
      code: 'INSUFFICIENT',
      settlement: 'none',
      chargedMinor: 0n,
    });
    await rig.recharge({ counter: 1, head: refused.head });
    expect((await rig.use((terminal) => terminal.info())).standing.clearedCounter).toBe(1);
    const { leaf } = openEnvelope(refused.envelope, { type: 'payment-decision', role: 'card', roots, atMs: NOON_MS });
    expect(leaf.spki).toEqual(rig.spki);
  });

  it('records are one chain, and each names its request', async () => {
    const rig = await CardRig.loaded(500n, { alg });
    const nonces = ['one', 'two', 'three'];
    const payments: CardPayment[] = [];
    for (const nonce of nonces) payments.push(await rig.pay(nonce));
    const entries = await rig.use((terminal) => terminal.records());
    expect(entries.map(({ fields }) => fields.counter)).toEqual([1, 2, 3]);
    entries.forEach((entry, i) => {
      const fields = decodeCardRecord(entry.record);
      expect(fields.previous).toEqual(i === 0 ? new Uint8Array(32) : entries[i - 1]!.head);
      expect(cardRecordHash(entry.record)).toEqual(entry.head);
      expect(fields.requestHash).toEqual(requestHash(rig.request(nonces[i]!)));
      expect(entry.record).toEqual(payments[i]!.record);
    });
    for (const [i, nonce] of nonces.entries())
      expect(await rig.use((terminal) => terminal.paymentOf(rig.request(nonce), entries[i]!))).toEqual(payments[i]);
  });
});

describe('purses', () => {
  it('a postpaid purse records up to its ceiling', async () => {
    const rig = await CardRig.issued({ parameters: freely });
    const usd = { currency: 'USD', request: { chargeCurrency: 'USD' } };
    const first = await rig.pay('one', { ...usd, amountMinor: 600n });
    expect(first.decision).toMatchObject({ settlement: 'recorded', purse: 'usd', card: { unreportedMinor: 600n } });
    expect((await rig.pay('two', { ...usd, amountMinor: 401n })).decision.code).toBe('CEILING');
    expect((await rig.pay('three', { ...usd, amountMinor: 400n })).decision).toMatchObject({
      code: 'APPROVED',
      card: { unreportedMinor: 1_000n },
    });
    expect((await rig.pay('four', { ...usd, amountMinor: 1n })).decision.code).toBe('CEILING');
    await rig.recharge();
    expect((await rig.pay('five', { ...usd, amountMinor: 1_000n, atMs: NOON_MS + 1 })).decision.code).toBe('APPROVED');
  });

  it('a price in another currency is converted by the card', async () => {
    const rig = await CardRig.loaded(500n);
    const request = { chargeCurrency: 'EUR', chargeMinor: 19n, rateTableId: 7 };
    const { decision } = await rig.pay('one', { currency: 'USD', amountMinor: 20n, purse: 'eur', request });
    expect(decision).toMatchObject({
      amountMinor: 20n,
      currency: 'USD',
      chargedMinor: 19n,
      chargedCurrency: 'EUR',
      rateTableId: 7,
    });
  });

  it('a purse that is not there is no purse to pay from', async () => {
    const rig = await CardRig.loaded(500n);
    expect(await refusalOf(rig.pay('one', { purse: 'gbp' }))).toBe('OFFER_CURRENCY');
    expect(await refusalOf(rig.pay('one', { purse: 'usd' }))).toBe('BAD_ENCODING');
  });

  it('one more purse can be used as soon as the parameters have it', async () => {
    const rig = await CardRig.loaded(500n);
    const remembered = new Map<string, CardFacts>();
    await rig.use((terminal) => terminal.info(), { remembered });
    const next = parametersFor(rig.cardId, { number: 2 });
    const jpy = { ...next.purses[1]!, purse: 'jpy', currency: 'JPY' };
    await rig.use((terminal) =>
      terminal.putParameters(rig.parametersEnvelope({ ...next, purses: [...next.purses, jpy] })),
    );
    const body = rig.request('one', { currency: 'JPY', request: { chargeCurrency: 'JPY' } });
    const { decision } = await rig.use((terminal) => terminal.pay(body), { remembered });
    expect(decision).toMatchObject({ purse: 'jpy', chargedCurrency: 'JPY', chargedMinor: 20n });
  });
});

describe('the PIN', () => {
  it('is asked for above the cap of one payment, and is good for one debit', async () => {
    const rig = await CardRig.loaded(5_000n);
    expect(await refusalOf(rig.pay('one', { amountMinor: 101n }))).toBe('CONSENT_REQUIRED');
    const { decision, fields } = await rig.pay('one', { amountMinor: 101n, pin: PIN });
    expect(decision.outcome).toBe('approved');
    expect(fields.pinVerified).toBe(true);
    expect(await refusalOf(rig.pay('two', { amountMinor: 101n }))).toBe('CONSENT_REQUIRED');
  });

  it('is asked for after the sum and after the count of payments without it, and sets both back', async () => {
    const rig = await CardRig.loaded(5_000n);
    for (const nonce of ['a', 'b', 'c']) await rig.pay(nonce, { amountMinor: 100n });
    expect(await refusalOf(rig.pay('d', { amountMinor: 1n }))).toBe('CONSENT_REQUIRED');
    await rig.pay('d', { amountMinor: 1n, pin: PIN });
    for (const nonce of ['e', 'f', 'g', 'h', 'i']) await rig.pay(nonce, { amountMinor: 1n });
    expect(await refusalOf(rig.pay('j', { amountMinor: 1n }))).toBe('CONSENT_REQUIRED');
    await rig.use((terminal) => terminal.verifyPin(PIN));
    expect((await rig.pay('j', { amountMinor: 1n })).fields.pinVerified).toBe(false);
  });

  it('wrong: nothing is charged, and the tries left are told', async () => {
    const rig = await CardRig.loaded(5_000n);
    await expect(rig.pay('one', { pin: '0000' })).rejects.toMatchObject({
      code: 'CONSENT_DENIED',
      charged: 'no',
      triesLeft: 2,
    });
    expect(await rig.use((terminal) => terminal.verifyPin('0000'))).toEqual({ verified: false, triesLeft: 1 });
    expect(await rig.use((terminal) => terminal.verifyPin(PIN))).toEqual({ verified: true, triesLeft: 3 });
    expect(await rig.use((terminal) => terminal.changePin(PIN, '987654'))).toEqual({ verified: true, triesLeft: 3 });
    expect(await rig.use((terminal) => terminal.unblock('11111111', '1234'))).toEqual({
      verified: false,
      triesLeft: 4,
    });
    expect((await rig.pay('one', { pin: '987654' })).decision.outcome).toBe('approved');
  });

  it('verified for a debit that was not made is not left behind', async () => {
    const rig = await CardRig.loaded(5_000n);
    const wrong = { chargeMinor: 1_000n };
    const body = rig.request('one', { amountMinor: 999n, request: wrong });
    await rig.use(async (terminal) => {
      expect(await refusalOf(terminal.pay(body, { pin: PIN }))).toBe('BAD_ENCODING');
      expect((await rig.send('VERIFY')).statusWord).toBe(0x63c3);
    });
  });
});

describe('refusals that close the nonce, each with its code', () => {
  it.each<[CodeName, (rig: CardRig) => Promise<unknown>, Parameters<CardRig['pay']>[1]]>([
    ['INSUFFICIENT', () => Promise.resolve(), { amountMinor: 501n }],
    ['CEILING', () => Promise.resolve(), { amountMinor: 1_001n, currency: 'USD', request: { chargeCurrency: 'USD' } }],
    ['RATE_STALE', (rig) => rig.use((one) => one.putRates(rig.ratesEnvelope(ratesOf({ id: 8 })))), dollars()],
    [
      'RATE_STALE',
      (rig) => rig.use((one) => one.putRates(rig.ratesEnvelope(ratesOf({ id: 8, notAfterMs: NOON_MS - 1 })))),
      dollars({ rateTableId: 8 }),
    ],
    [
      'RATE_STALE',
      (rig) => rig.use((one) => one.putRates(rig.ratesEnvelope(ratesOf({ id: 8, rates: [] })))),
      dollars({ rateTableId: 8 }),
    ],
  ])('%s', async (code, prepare, options) => {
    const rig = await CardRig.loaded(500n, { parameters: freely });
    await prepare(rig);
    const { decision } = await rig.pay('one', options);
    expect(decision).toMatchObject({ outcome: 'refused', code });
    expect(CODES[code].charged).toBe('no');
    await rig.recharge({ credits: [{ purse: 'eur', amountMinor: 1_000n }] });
  });

  it('RATE_STALE after as many conversions as one table is good for', async () => {
    const rig = await CardRig.loaded(500n, { parameters: (cardId) => freely(cardId, { debitsPerRateTableMax: 2 }) });
    for (const nonce of ['one', 'two']) expect((await rig.pay(nonce, dollars())).decision.code).toBe('APPROVED');
    expect((await rig.pay('three', dollars())).decision.code).toBe('RATE_STALE');
    expect((await rig.pay('four')).decision.code).toBe('APPROVED');
    await rig.use((terminal) => terminal.putRates(rig.ratesEnvelope(ratesOf({ id: 8 }))));
    expect((await rig.pay('five', dollars({ rateTableId: 8 }))).decision.code).toBe('APPROVED');
  });

  it('CEILING after as many debits as there may be between uploads, until one is acknowledged', async () => {
    const rig = await CardRig.loaded(500n, { parameters: (cardId) => freely(cardId, { debitsBetweenUploadsMax: 2 }) });
    for (const nonce of ['one', 'two']) expect((await rig.pay(nonce)).decision.code).toBe('APPROVED');
    expect((await rig.pay('three')).decision.code).toBe('CEILING');
    await rig.recharge();
    expect((await rig.pay('four', { atMs: NOON_MS + 1 })).decision.code).toBe('APPROVED');
  });

  it("CEILING above what the card's certificate lets one payment charge", async () => {
    const rig = await CardRig.loaded(500n, { parameters: freely, certifiedCeilingMinor: 50n });
    expect((await rig.pay('one', { amountMinor: 51n })).decision.code).toBe('CEILING');
    expect((await rig.pay('two', { amountMinor: 50n })).decision.code).toBe('APPROVED');
  });
});

describe("CHAIN_EXPIRED, which leaves no trace, after the end of the card's", () => {
  it.each<[string, Parameters<typeof CardRig.loaded>[1]]>([
    ['certificate', { certificateNotAfterMs: NOON_MS + DAY_MS }],
    ['parameters', { parameters: (cardId) => freely(cardId, { notAfterMs: NOON_MS + DAY_MS }) }],
  ])('%s', async (_, options) => {
    const rig = await CardRig.loaded(500n, options);
    expect((await rig.pay('one', { atMs: NOON_MS + DAY_MS })).decision.code).toBe('APPROVED');
    await expect(rig.pay('two', { atMs: NOON_MS + DAY_MS + 1 })).rejects.toMatchObject({
      code: 'CHAIN_EXPIRED',
      charged: 'no',
    });
    expect((await rig.use((terminal) => terminal.info())).standing.counter).toBe(1);
    expect((await rig.pay('two', { atMs: NOON_MS + DAY_MS })).decision.code).toBe('APPROVED');
  });
});

it('what a card has signed carries the chain that verifies it', async () => {
  const rig = await CardRig.loaded(500n);
  const { envelope } = await rig.pay('one');
  const { leaf, chain } = openEnvelope(envelope, { type: 'payment-decision', role: 'card', roots, atMs: NOON_MS });
  expect(verifyChain({ chain, roots, role: 'card', atMs: NOON_MS }).spki).toEqual(leaf.spki);
  expect(equalBytes(decodePaymentRequest(rig.request('one')).audience, keyHash(leaf.spki))).toBe(true);
});
