/** Message 3 by a card: which cards may decide, and what a card's own decision looks like (threats P1, P8, K1, K2, S9). */
import { describe, expect, it, test } from 'vitest';
import {
  cardAuthenticateInput,
  cardChainStart,
  cardDecisionId,
  cardPossessionInput,
  cardRecordHash,
  checkDecision,
  checkRestored,
  decodePaymentDecision,
  decodeQuote,
  encodePaymentDecision,
  encodeRestored,
  openEnvelope,
  publicKeyFromSeed,
  readCertificate,
  readEnvelope,
  requireDecider,
  sealEnvelope,
  verifyChain,
  withChainByHash,
  type Alg,
  type Assurance,
  type DecisionOptions,
  type PaymentDecision,
  type Quote,
} from '@coinslot/protocol';
import { nativeSigner, nativeVerifySignature } from '@coinslot/protocol/node';
import {
  bytes16Of,
  DAY_MS,
  makeCardHolder,
  makeCardIssuer,
  makeCountersignature,
  makeOffer,
  makePublisher,
  makeServerHolder,
  makeTree,
  NOON_MS,
  seedOf,
  type OfferOptions,
} from '../lib/parties.ts';
import { refusalOf, toHex } from './refusals.ts';
import { cardDecision, paymentDecision } from './samples.ts';

const tree = makeTree();
const publisher = makePublisher(tree);
const server = makeServerHolder(tree);
const issuers = { 1: makeCardIssuer(tree, 1), 2: makeCardIssuer(tree, 2) } as const;
const playerSeed = seedOf('player key');
const options = { roots: tree.roots, nowMs: NOON_MS + 2_000, verify: nativeVerifySignature };

function cardOf(alg: Alg, assurance: Assurance = 'chip', atMs = NOON_MS) {
  return makeCardHolder(issuers[alg].certifier, { name: `${assurance} ${alg}`, assurance, atMs });
}
type Card = ReturnType<typeof cardOf>;

/** When an offer was made, and its nonce's name. */
type Made = Pick<OfferOptions, 'atMs' | 'nonce'>;

const offerFor = (cards: Quote['cards'], made: Made = {}) => makeOffer(publisher, { quote: { cards }, ...made });

/** What a card decides on an offer, honest but for the changes. */
function decided(
  card: Card,
  cards: Quote['cards'],
  change: Partial<PaymentDecision> = {},
  made: Made = {},
): Uint8Array {
  const { quote, offer } = offerFor(cards, made);
  const decision: PaymentDecision = {
    ...cardDecision,
    signer: card.keyHash,
    offerHash: quote.offerHash,
    offerTimeMs: offer.offerTimeMs,
    timeMs: offer.offerTimeMs,
    nonce: offer.nonce,
    sessionKey: offer.sessionKey,
    playerKey: publicKeyFromSeed(playerSeed),
    decisionId: cardDecisionId(card.cardId, offer.nonce),
    ...change,
  };
  return sealEnvelope('payment-decision', encodePaymentDecision(decision), card.signer, card.chain);
}

/** The same signed bytes under another chain. */
function under(chain: readonly Uint8Array[], decision: Uint8Array): Uint8Array {
  const { body, signature } = readEnvelope(decision);
  return sealEnvelope('payment-decision', body, { sign: () => signature }, chain);
}

/** The blocked list of the card's issuer. */
function blockedList(card: Card, alg: Alg, revokedAtMs: number): Uint8Array {
  const { serialHex } = readCertificate(card.chain[0]!);
  return issuers[alg].certifier.listRevoked({
    number: 1,
    revoked: [{ serialHex, revokedAtMs }],
    thisUpdateMs: revokedAtMs,
    nextUpdateMs: revokedAtMs + DAY_MS,
  });
}

/** The payment server's word that it has this decision in its record. */
const countersigned = (decision: Uint8Array): Uint8Array =>
  makeCountersignature(server, decision, { timeMs: NOON_MS + DAY_MS });

/** What a game with empty storage says to a decision that a wallet hands over again. */
function restoreVerdict(
  decision: Uint8Array,
  cards: Quote['cards'],
  change: Partial<DecisionOptions>,
  made: Made = {},
  vouch?: (decision: Uint8Array) => Uint8Array,
): string {
  const [challenge, sessionKey] = [seedOf('challenge'), seedOf('new session')];
  const { decisionId } = decodePaymentDecision(readEnvelope(decision).body);
  const { offerBytes: offer } = offerFor(cards, made);
  const own = { challenge, sessionKey, decisionId, offer, decision };
  const body = { ...own, consumed: 0n, sealedKey: undefined, countersigned: vouch?.(decision) };
  const restored = sealEnvelope('restored', encodeRestored(body), nativeSigner(playerSeed), []);
  const game = { challenge, sessionKey, gameId: 'demo-game', publisherId: 'lumen-works' };
  return refusalOf(() => checkRestored(restored, { ...options, ...game, ...change }));
}

const verdict = (card: Card, cards: Quote['cards'] = 'software', change: Partial<PaymentDecision> = {}): string =>
  refusalOf(() => checkDecision(decided(card, cards, change), offerFor(cards).offerBytes, options));

describe.each([1, 2] as const)('a card of alg %i', (alg) => {
  it.each([
    ['chip', 'none', 'CHAIN_ROLE'],
    ['chip', 'chip', 'accepted'],
    ['chip', 'software', 'accepted'],
    ['software', 'none', 'CHAIN_ROLE'],
    ['software', 'chip', 'CHAIN_ROLE'],
    ['software', 'software', 'accepted'],
  ] as const)('%s, where the quote takes %s: %s', (assurance, cards, expected) => {
    expect(verdict(cardOf(alg, assurance), cards)).toBe(expected);
  });

  it('is named in what comes back', () => {
    const card = cardOf(alg);
    const { signer, decision } = checkDecision(decided(card, 'chip'), offerFor('chip').offerBytes, options);
    expect(signer).toMatchObject({ role: 'card', alg, card: { assurance: 'chip', cardId: card.cardId } });
    expect(decision.card).toMatchObject({ counter: 1 });
  });

  it.each<readonly [string, Partial<PaymentDecision>, string]>([
    ['no card state', { card: undefined }, 'DECISION_MISMATCH'],
    ['a clock of its own', { timeMs: NOON_MS + 1 }, 'DECISION_MISMATCH'],
    ['an id of its own choice', { decisionId: bytes16Of('another') }, 'DECISION_MISMATCH'],
    ['an id for another nonce', { nonce: bytes16Of('another') }, 'DECISION_MISMATCH'],
    ['another signer', { signer: server.keyHash }, 'DECISION_MISMATCH'],
    ['another price', { amountMinor: 19n }, 'DECISION_MISMATCH'],
    ['a charge at the ceiling', { chargedMinor: 5_000n }, 'accepted'],
    ['a charge above the ceiling (P8)', { chargedMinor: 5_001n }, 'CHAIN_LIMIT'],
    ['a currency without a ceiling', { chargedMinor: 1n, chargedCurrency: 'JPY' }, 'CHAIN_LIMIT'],
    [
      'nothing charged in it',
      { outcome: 'refused', code: 'CEILING', settlement: 'none', chargedMinor: 0n, chargedCurrency: 'JPY' },
      'accepted',
    ],
  ])('with %s', (_, change, expected) => {
    expect(verdict(cardOf(alg), 'software', change)).toBe(expected);
  });

  it('cannot make a decision under another card’s chain (K8)', () => {
    const [one, other] = [cardOf(alg), cardOf(alg, 'software')];
    expect(verdict({ ...one, chain: other.chain })).toBe('BAD_SIGNATURE');
  });

  it('of chip assurance is restored as of its own time, also when it ran out (K1), and countersigned when it was blocked since (S9)', () => {
    const card = cardOf(alg);
    const listed = (revokedAtMs: number): Uint8Array[] => [blockedList(card, alg, revokedAtMs)];
    const later = { nowMs: NOON_MS + 400 * DAY_MS };
    expect(restoreVerdict(decided(card, 'chip'), 'chip', later)).toBe('accepted');
    for (const revokedAtMs of [NOON_MS, NOON_MS + 1_000]) {
      const blocked = { ...later, crls: listed(revokedAtMs) };
      expect(restoreVerdict(decided(card, 'chip'), 'chip', blocked)).toBe('CHAIN_REVOKED');
      expect(restoreVerdict(decided(card, 'chip'), 'chip', blocked, {}, countersigned)).toBe('accepted');
    }
    const open = { ...options, crls: listed(NOON_MS + 1_000) };
    const offer = offerFor('chip').offerBytes;
    expect(refusalOf(() => checkDecision(decided(card, 'chip'), offer, open))).toBe('CHAIN_REVOKED');
  });

  describe('of software assurance, whose time is nobody’s word but its own, is restored as of now', () => {
    const card = cardOf(alg, 'software');
    const bought = decided(card, 'software');
    const expiresMs = NOON_MS + 89 * DAY_MS;

    it.each([
      ['the same day', { nowMs: NOON_MS + 2_000 }, 'accepted'],
      ['on its last day', { nowMs: expiresMs }, 'accepted'],
      ['K1: once it has run out', { nowMs: expiresMs + 1 }, 'CHAIN_EXPIRED'],
      ['S9: blocked before', { nowMs: NOON_MS + DAY_MS, revokedAtMs: NOON_MS }, 'CHAIN_REVOKED'],
      ['S9: blocked since', { nowMs: NOON_MS + DAY_MS, revokedAtMs: NOON_MS + 1_000 }, 'CHAIN_REVOKED'],
      // The clock is the player's, and set back behind the day of the block.
      ['S9: blocked tomorrow', { nowMs: NOON_MS + 2_000, revokedAtMs: NOON_MS + DAY_MS }, 'CHAIN_REVOKED'],
    ])('%s', (_, { nowMs, revokedAtMs }: { nowMs: number; revokedAtMs?: number }, expected) => {
      const crls = revokedAtMs === undefined ? [] : [blockedList(card, alg, revokedAtMs)];
      expect(restoreVerdict(bought, 'software', { nowMs, crls })).toBe(expected);
      const byHash = { nowMs, crls, chainByHash: () => card.chain };
      expect(restoreVerdict(withChainByHash(bought), 'software', byHash)).toBe(expected);
    });

    it('under a later certificate of the same key, for the chain is not part of what is signed', () => {
      const nowMs = NOON_MS + 400 * DAY_MS;
      const renewed = cardOf(alg, 'software', nowMs);
      expect(renewed.keyHash).toEqual(card.keyHash);
      expect(restoreVerdict(under(renewed.chain, bought), 'software', { nowMs })).toBe('accepted');
      const ofAnother = makeCardHolder(issuers[alg].certifier, { name: 'other', assurance: 'software', atMs: nowMs });
      expect(restoreVerdict(under(ofAnother.chain, bought), 'software', { nowMs })).toBe('BAD_SIGNATURE');
    });

    it('P1, K1, S9: its key, leaked, opens nothing 400 days later by decisions dated before its end', () => {
      const nowMs = NOON_MS + 400 * DAY_MS;
      for (const day of [0, 30, 80]) {
        const forged = { atMs: NOON_MS + day * DAY_MS, nonce: `never paid ${day}` };
        const leaked = decided(card, 'software', {}, forged);
        expect(restoreVerdict(leaked, 'software', { nowMs }, forged)).toBe('CHAIN_EXPIRED');
        const blocked = { nowMs: NOON_MS + 88 * DAY_MS, crls: [blockedList(card, alg, NOON_MS + 88 * DAY_MS)] };
        expect(restoreVerdict(leaked, 'software', blocked, forged)).toBe('CHAIN_REVOKED');
      }
    });
  });
});

it('a payment server has no card state', () => {
  const { quote, offer, offerBytes } = offerFor('none');
  const honest: PaymentDecision = {
    ...paymentDecision,
    sealedKey: undefined,
    offerHash: quote.offerHash,
    nonce: offer.nonce,
    sessionKey: offer.sessionKey,
  };
  const seal = (change: Partial<PaymentDecision>): Uint8Array =>
    sealEnvelope(
      'payment-decision',
      encodePaymentDecision({ ...honest, signer: server.keyHash, ...change }),
      server.signer,
      server.chain,
    );
  expect(refusalOf(() => checkDecision(seal({}), offerBytes, options))).toBe('accepted');
  expect(refusalOf(() => checkDecision(seal({ card: cardDecision.card }), offerBytes, options))).toBe(
    'DECISION_MISMATCH',
  );
});

test('a card issuer decides nothing, and a card signs nothing else (K2)', () => {
  const issuer = issuers[1];
  expect(verdict({ ...cardOf(1), signer: issuer.signer, chain: issuer.chain })).toBe('CHAIN_ROLE');
  const body = Uint8Array.of(0x90);
  const card = cardOf(2);
  for (const type of ['quote', 'rate-table', 'card-parameters', 'upload-acknowledgement', 'card-issue'] as const) {
    const envelope = sealEnvelope(type, body, card.signer, card.chain);
    const role = type === 'quote' ? 'publisher' : 'card-issuer';
    expect(refusalOf(() => openEnvelope(envelope, { type, role, roots: tree.roots, atMs: NOON_MS }))).toBe(
      'CHAIN_ROLE',
    );
  }
});

test('requireDecider alone, as a server asks it at an upload', () => {
  const card = cardOf(2, 'software');
  const leaf = verifyChain({ chain: card.chain, roots: tree.roots, role: 'card', atMs: NOON_MS });
  const decision = { ...cardDecision, decisionId: cardDecisionId(card.cardId, cardDecision.nonce) };
  const quoteOf = (cards: Quote['cards']): Quote => decodeQuote(readEnvelope(offerFor(cards).offer.quote).body);
  expect(refusalOf(() => requireDecider(decision, leaf, quoteOf('software')))).toBe('accepted');
  expect(refusalOf(() => requireDecider(decision, leaf, quoteOf('chip')))).toBe('CHAIN_ROLE');
});

describe('what a card signs and hashes outside envelopes', () => {
  const standing = { cardId: bytes16Of('card'), counter: 0x01020304, head: seedOf('head') };

  test('the input of INTERNAL AUTHENTICATE, byte by byte', () => {
    const challenge = bytes16Of('challenge');
    const expected = [
      Buffer.from('coinslot/1 card-authenticate\0').toString('hex'),
      toHex(challenge),
      toHex(standing.cardId),
      '01020304',
      toHex(standing.head),
    ].join('');
    expect(toHex(cardAuthenticateInput(challenge, standing))).toBe(expected);
  });

  test('no input is another’s, nor an envelope’s (K11)', () => {
    const challenge = bytes16Of('challenge');
    const inputs = [cardAuthenticateInput(challenge, standing), cardPossessionInput(challenge, new Uint8Array(91))].map(
      toHex,
    );
    expect(inputs[0]!.startsWith(inputs[1]!.slice(0, 40))).toBe(false);
    const card = cardOf(2);
    const proof = card.signer.sign(cardAuthenticateInput(challenge, standing));
    const asDecision = decided({ ...card, signer: { ...card.signer, sign: () => proof } }, 'chip');
    expect(refusalOf(() => checkDecision(asDecision, offerFor('chip').offerBytes, options))).toBe('BAD_SIGNATURE');
  });

  test('hashes and ids differ with everything they are made of', () => {
    const ids = [
      cardDecisionId(bytes16Of('a'), bytes16Of('b')),
      cardDecisionId(bytes16Of('b'), bytes16Of('a')),
      cardDecisionId(bytes16Of('a'), bytes16Of('c')),
    ];
    expect(new Set(ids.map(toHex)).size).toBe(3);
    expect(ids[0]).toHaveLength(16);
    expect(cardRecordHash(Uint8Array.of(1))).not.toEqual(cardRecordHash(Uint8Array.of(2)));
    expect(cardChainStart()).toEqual(new Uint8Array(32));
  });

  test.each([
    ['challenge', () => cardAuthenticateInput(new Uint8Array(15), standing)],
    ['cardId', () => cardAuthenticateInput(new Uint8Array(16), { ...standing, cardId: new Uint8Array(17) })],
    ['head', () => cardAuthenticateInput(new Uint8Array(16), { ...standing, head: new Uint8Array(31) })],
    ['counter', () => cardAuthenticateInput(new Uint8Array(16), { ...standing, counter: 2 ** 32 })],
    ['counter', () => cardAuthenticateInput(new Uint8Array(16), { ...standing, counter: -1 })],
    ['challenge', () => cardPossessionInput(new Uint8Array(0), new Uint8Array(91))],
    ['cardId', () => cardDecisionId(new Uint8Array(15), new Uint8Array(16))],
    ['nonce', () => cardDecisionId(new Uint8Array(16), new Uint8Array(15))],
  ])('malformed arguments throw and name %s', (name, call) => {
    expect(call).toThrow(new RegExp(`^${name}: `));
  });
});
