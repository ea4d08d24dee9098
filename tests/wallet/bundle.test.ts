/**
 * The dispute bundle: what you see is what you sign. Every honest file holds, years after its certificates have run out; every
 * change of what was shown, and of each message, is refused with its code.
 */
import {
  cardDecisionId,
  readCertificate,
  sealEnvelope,
  BUNDLE_BYTES_MAX,
  BUNDLE_CHECKS,
  checkDecision,
  decodeBundle,
  decodeShown,
  encodeBundle,
  encodeShown,
  ProtocolError,
  readEnvelope,
  verifyBundle,
  withChainByHash,
  type Bundle,
  type BundleCheck,
  type BundleVerdict,
  type CodeName,
  type Shown,
  type Signer,
} from '@coinslot/protocol';
import { nativeSigner, nativeVerifySignature } from '@coinslot/protocol/node';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bytes16Of,
  DAY_MS,
  makeAccountRequest,
  makeCardHolder,
  makeCardIssuer,
  makeCountersignature,
  makeEnrolment,
  makeOffer,
  makePlayer,
  makePublisher,
  makeTree,
  NOON_MS,
  seedOf,
} from '../lib/parties.ts';
import { ownWords } from '../../wallet/src/consent/own-words.ts';
import { grantText } from '../../wallet/src/consent/shown.ts';
import { verifyReport } from '../../wallet/src/terminal/verify-report.ts';
import { LANGUAGES } from '../../wallet/src/words/languages.ts';
import { paymentWords } from '../../wallet/src/words/payment-words.ts';
import { makeBundle, player, publisher, server, tree, type BundleChange } from './bundle-parts.ts';

const verify = nativeVerifySignature;
const roots = tree.roots;
const check = (bundle: Bundle): BundleVerdict => verifyBundle(encodeBundle(bundle), { roots, verify, ownWords });
const failure = (bundle: Bundle): string => {
  const { failed } = check(bundle);
  return failed === undefined ? 'holds' : `${failed.check} ${failed.code}`;
};
const honest = makeBundle();

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

/** A bit of the signature; the form stays. */
const badlySigned = (envelope: Uint8Array): Uint8Array => {
  const { signature } = readEnvelope(envelope);
  const at = Buffer.from(envelope).indexOf(Buffer.from(signature));
  return flipped(envelope, at + 40);
};

describe('an honest bundle', () => {
  it('holds in every check, and says who signed and what was shown', () => {
    const verdict = check(honest);
    expect(verdict).toMatchObject({ failed: undefined, passed: BUNDLE_CHECKS });
    expect(verdict.publisher?.subject.commonName).toBe('Lumen Works');
    expect(verdict.decider?.subject.id).toBe('test-server');
    expect(verdict.contents?.shown.total.text).toBe('EUR\u00a00.47');
    expect(Object.isFrozen(verdict)).toBe(true);
  });

  it('holds years later: the certificates in it have run out, and what was signed under them has not', () => {
    const nowMs = NOON_MS + 8 * 365 * DAY_MS;
    const open = (): unknown => checkDecision(honest.decision, honest.offer, { roots, nowMs, verify });
    expect(open).toThrow(expect.objectContaining({ code: 'CHAIN_EXPIRED' }));
    expect(failure({ ...honest, madeAtMs: nowMs })).toBe('holds');
  });

  it('holds with its chains by hash and once for all, without a refund, and of a refusal', () => {
    const byHash = { ...honest, decision: withChainByHash(honest.decision), refund: withChainByHash(honest.refund!) };
    expect(failure(byHash)).toBe('decision CHAIN_UNTRUSTED');
    expect(failure({ ...byHash, chains: [server.chain] })).toBe('holds');
    expect(failure({ ...honest, refund: undefined })).toBe('holds');
    const refusal = { outcome: 'refused', code: 'INSUFFICIENT', settlement: 'none', chargedMinor: 0n } as const;
    expect(failure({ ...makeBundle({ decision: refusal }), refund: undefined })).toBe('holds');
  });

  it('comes out of its bytes as it went in', () => {
    const bytes = encodeBundle(honest);
    expect(encodeBundle(decodeBundle(bytes))).toEqual(bytes);
    expect(decodeBundle(bytes)).toEqual(honest);
  });
});

describe('what you see is what you sign', () => {
  const shown = decodeShown(honest.shown);
  const total = (change: Partial<Shown['total']>): Partial<Shown> => ({ total: { ...shown.total, ...change } });
  const CHANGES: readonly (readonly [string, Partial<Shown>])[] = [
    ['the title', { title: 'Level 4' }],
    ['the description', { description: 'Another foundry.' }],
    ['what is granted', { grant: 'Yours to keep, without a time limit' }],
    ['the payee', { payee: 'Somebody Else' }],
    ['the locale', { locale: 'fr' }],
    ['the direction', { direction: 'rtl' }],
    ['the amount in words', total({ text: 'EUR\u00a00.05' })],
    ['the amount', total({ amountMinor: 5n, text: 'EUR\u00a00.05' })],
    ['the currency', total({ currency: 'USD', text: 'USD\u00a00.47' })],
    ['the price', { original: { amountMinor: 5n, currency: 'USD', text: 'USD\u00a00.05' } }],
    ['the rate in words', { rate: '1 EUR = 9.9999 USD' }],
    ['the rate table', { rateTableId: 8 }],
    ['the date in words', { date: 'March 1, 2025 at 12:00 PM' }],
    ['the time', { offerTimeMs: NOON_MS - 1 }],
    ['the refund terms', { refund: 'No refund' }],
    ['the test mark', { test: false }],
    ['the salt', { salt: bytes16Of('another salt') }],
    ['whether the money sufficed', { sufficiency: 'not-enough' }],
  ];
  it.each(CHANGES)('%s changed in the shown bytes: CONSENT_STALE', (_, change) => {
    const bundle = { ...honest, shown: encodeShown({ ...shown, ...change }) };
    expect(check(bundle).failed?.code).toBe('CONSENT_STALE');
  });

  // The player's own wallet would have to lie to make these: then the messages contradict each other.
  it.each([
    ['an amount that reads otherwise', { shown: total({ text: 'EUR\u00a00.05' }) }, 'shown CONSENT_STALE'],
    ['a total that is not asked for', { request: { chargeMinor: 48n } }, 'shown CONSENT_STALE'],
    ['a price without its rate', { shown: { rate: '' } }, 'shown CONSENT_STALE'],
    ['a conversion that is not shown', { shown: { original: undefined } }, 'shown CONSENT_STALE'],
    ['another payee', { shown: { payee: 'Somebody Else' } }, 'shown CONSENT_STALE'],
    ['the name of another game', { shown: { gameName: 'A Greater Game' } }, 'shown CONSENT_STALE'],
    ['a grander title', { shown: { title: 'All levels' } }, 'shown CONSENT_STALE'],
    ['a grander description', { shown: { description: 'The foundry, and the rest.' } }, 'shown CONSENT_STALE'],
    ['a grander grant', { shown: { grant: 'Yours to keep, without a time limit' } }, 'shown CONSENT_STALE'],
    ['another date', { shown: { date: 'March 5, 2026 at 12:00 PM' } }, 'shown CONSENT_STALE'],
    [
      'longer refund terms',
      { shown: { refund: 'Refund on request within 90 days: help@lumen.example' } },
      'shown CONSENT_STALE',
    ],
    ['a digest of something else', { request: { shownDigest: seedOf('else') } }, 'request CONSENT_STALE'],
  ] as const)('signed over %s is refused', (_, change, expected) => {
    expect(failure(makeBundle(change as BundleChange))).toBe(expected);
  });
});

describe('words of the player’s own wallet', () => {
  const shown = decodeShown(honest.shown);
  const { terms } = check(honest).contents!;
  const untilMs = NOON_MS + 90 * DAY_MS;
  const dated = { ...terms, grant: { ...terms.grant, kind: 'until', untilMs } } as const;
  const holds = (locale: string, grant: string): boolean | undefined =>
    ownWords({ ...shown, locale, grant }, dated)?.grant;

  it.each(LANGUAGES)('%s: a date that is granted is held, in whatever time zone it was shown', (language) => {
    const words = paymentWords(language).grant;
    const said = (change = 0, zone = 'UTC'): string =>
      grantText({ ...dated.grant, untilMs: untilMs + change }, words, language, zone);
    for (const zone of ['UTC', 'Asia/Kathmandu', 'Pacific/Kiritimati', 'America/St_Johns', 'Etc/GMT+12'])
      expect(holds(language, said(0, zone)), zone).toBe(true);
    expect(holds(language, said(2 * DAY_MS))).toBe(false);
    expect(holds(language, said(31 * DAY_MS))).toBe(false);
    expect(holds(language, words.forever)).toBe(false);
  });

  it('are its word alone in a language that nobody here speaks, and the report says so', () => {
    const foreign = check(makeBundle({ shown: { locale: 'tlh', grant: 'Hoch', date: 'DaH', refund: 'Qo’' } }));
    expect([foreign.failed, foreign.areWordsHeld, check(honest).areWordsHeld]).toEqual([undefined, false, true]);
    const alone =
      /\[\+\] what was shown is .*\(what is granted, date and refund terms are the player’s wallet’s word alone/;
    expect(verifyReport(foreign, 'en')).toMatch(alone);
    expect(verifyReport(check(honest), 'en')).not.toMatch(alone);
  });
});

describe('each message changed, and signed anew by its own signer', () => {
  const ROWS: readonly (readonly [string, BundleChange, string])[] = [
    ['message 1 for a game of other terms', { quote: { gameId: 'other-game' } }, 'offer OFFER_ORIGIN'],
    ['message 1 with a price of other terms', { quote: { offerHash: seedOf('x') } }, 'offer OFFER_HASH'],
    ['message 1 after its price had ended', { quote: { notAfterMs: NOON_MS - 1 } }, 'offer OFFER_EXPIRED'],
    ['message 2 at another time', { request: { offerTimeMs: NOON_MS + 1 } }, 'request CONSENT_STALE'],
    ['message 2 under another nonce', { request: { nonce: bytes16Of('other') } }, 'request CONSENT_STALE'],
    ['message 2 for another session', { request: { sessionKey: seedOf('s') } }, 'request CONSENT_STALE'],
    ['message 2 to another publisher', { request: { publisherId: 'other' } }, 'request CONSENT_STALE'],
    ['message 2 of another player', { request: { userId: bytes16Of('eve') } }, 'keys BAD_KEY'],
    ['message 2 by a key that nobody registered', { request: { proof: 'password' } }, 'request BAD_KEY'],
    ['message 3 of another request', { decision: { requestHash: seedOf('r') } }, 'decision DECISION_MISMATCH'],
    ['message 3 of another offer', { decision: { offerHash: seedOf('o') } }, 'decision DECISION_MISMATCH'],
    ['message 3 with another price', { decision: { amountMinor: 49n } }, 'decision DECISION_MISMATCH'],
    ['message 3 above what was shown', { decision: { chargedMinor: 48n } }, 'decision DECISION_MISMATCH'],
    ['message 3 in another currency', { decision: { chargedCurrency: 'USD' } }, 'decision DECISION_MISMATCH'],
    ['message 3 by another rate', { decision: { rateTableId: 8 } }, 'decision DECISION_MISMATCH'],
    ['message 3 for another player key', { decision: { playerKey: seedOf('p') } }, 'decision DECISION_MISMATCH'],
    ['message 3 not by who was asked', { request: { audience: seedOf('a') } }, 'decision DECISION_MISMATCH'],
    ['message 3 dated before the offer', { decision: { timeMs: NOON_MS - 600_000 } }, 'decision CLOCK_SKEW'],
    ['message 3 after the deadline', { decision: { timeMs: NOON_MS + 130_000 } }, 'decision DECISION_EXPIRED'],
    [
      'a charge on a refusal',
      { decision: { outcome: 'refused', code: 'CEILING', settlement: 'none' } },
      'decision DECISION_MISMATCH',
    ],
    ['a refund of another payment', { refund: { decisionId: bytes16Of('d') } }, 'refund DECISION_MISMATCH'],
    ['a refund above the charge', { refund: { amountMinor: 48n } }, 'refund DECISION_MISMATCH'],
    ['a refund in another currency', { refund: { currency: 'USD' } }, 'refund DECISION_MISMATCH'],
    ['a refund dated after its certificate', { refund: { timeMs: NOON_MS + 9 * DAY_MS } }, 'refund CHAIN_EXPIRED'],
  ];
  it.each(ROWS)('%s', (_, change, expected) => expect(failure(makeBundle(change))).toBe(expected));
});

describe('by a password', () => {
  const [key, stood] = [player.press, nativeSigner(seedOf('stood'))];
  const made = makeBundle({ request: { proof: 'password' } });
  const of = (passwordKey: Uint8Array, timeMs: number, endorser?: Signer): Uint8Array =>
    makeAccountRequest(player, server, { ask: 'password', passwordKey, timeMs }, endorser);
  const before = of(stood.publicKey, NOON_MS - 2 * DAY_MS);
  const [late, early] = [NOON_MS - DAY_MS / 2, NOON_MS - DAY_MS];
  it.each([
    ['the first', [of(key.publicKey, late)], 'holds'],
    ['one registered after the payment', [of(key.publicKey, NOON_MS + DAY_MS / 2)], 'keys BAD_KEY'],
    ['another one, endorsed', [before, of(key.publicKey, late, stood)], 'holds'],
    ['another one, that waited its day', [before, of(key.publicKey, early)], 'holds'],
    ['another one, that waits', [before, of(key.publicKey, late)], 'keys BAD_KEY'],
    ['another one, endorsed by itself', [before, of(key.publicKey, late, key)], 'keys BAD_SIGNATURE'],
    ['another one, whose endorser is not in the file', [of(key.publicKey, late, stood)], 'holds'],
    ['one that gave way', [of(key.publicKey, early), of(stood.publicKey, late, key)], 'request BAD_SIGNATURE'],
    ['one out of order', [of(key.publicKey, late), before], 'keys BAD_KEY'],
  ] as const)('%s', (_, passwords, expected) => {
    expect(failure({ ...made, keys: [...made.keys, ...passwords] })).toBe(expected);
  });
});

describe('a software card that was revoked since', () => {
  const issuer = makeCardIssuer(tree);
  const card = makeCardHolder(issuer.certifier, { assurance: 'software' });
  const paid = ((): Bundle => {
    const { offer } = makeOffer(publisher, { quote: { amountMinor: 50n, currency: 'USD', cards: 'software' } });
    const made = makeBundle({
      quote: { cards: 'software' },
      request: { audience: card.keyHash },
      decision: {
        signer: card.keyHash,
        timeMs: offer.offerTimeMs,
        decisionId: cardDecisionId(card.cardId, offer.nonce),
        card: { counter: 1, head: seedOf('head'), unreportedMinor: 47n },
      },
    });
    const { body } = readEnvelope(made.decision);
    return { ...made, refund: undefined, decision: sealEnvelope('payment-decision', body, card.signer, card.chain) };
  })();
  const { serialHex } = readCertificate(card.chain[0]!);
  const list = issuer.certifier.listRevoked({
    number: 1,
    revoked: [{ serialHex, revokedAtMs: NOON_MS + DAY_MS }],
    thisUpdateMs: NOON_MS + DAY_MS,
    nextUpdateMs: NOON_MS + 2 * DAY_MS,
  });
  const vouched = (fields = {}): Uint8Array =>
    makeCountersignature(server, paid.decision, { timeMs: NOON_MS + DAY_MS / 2, ...fields });

  it('proves its payment by the payment server’s word, which has it in its record', () => {
    expect(failure(paid)).toBe('holds');
    expect(failure({ ...paid, crls: [list] })).toBe('decision CHAIN_REVOKED');
    expect(failure({ ...paid, crls: [list], countersigned: vouched() })).toBe('holds');
  });

  it.each([
    ['another publisher', () => vouched({ publisherId: 'other' }), 'decision DECISION_MISMATCH'],
    ['another decision', () => makeCountersignature(server, honest.decision), 'decision DECISION_MISMATCH'],
    ['the publisher’s own key', () => makeCountersignature(publisher, paid.decision), 'decision CHAIN_ROLE'],
    ['a touched signature', () => badlySigned(vouched()), 'decision BAD_SIGNATURE'],
  ] as const)('but not by that of %s', (_, countersigned, expected) => {
    expect(failure({ ...paid, crls: [list], countersigned: countersigned() })).toBe(expected);
  });
});

describe('each message touched', () => {
  const other = makeBundle({ offer: { nonce: bytes16Of('another payment') } });
  const ROWS: readonly (readonly [string, Partial<Bundle>, BundleCheck, CodeName])[] = [
    ['message 1 of another payment', { offer: other.offer }, 'request', 'CONSENT_STALE'],
    ['message 2 of another payment', { request: other.request }, 'request', 'CONSENT_STALE'],
    ['message 3 of another payment', { decision: other.decision }, 'decision', 'DECISION_MISMATCH'],
    ['message 2 with a touched signature', { request: badlySigned(honest.request) }, 'request', 'BAD_SIGNATURE'],
    ['message 3 with a touched signature', { decision: badlySigned(honest.decision) }, 'decision', 'BAD_SIGNATURE'],
    ['the refund with a touched signature', { refund: badlySigned(honest.refund!) }, 'refund', 'BAD_SIGNATURE'],
    ['the keys with a touched signature', { keys: [badlySigned(honest.keys[0]!)] }, 'keys', 'BAD_SIGNATURE'],
    ['another player’s keys', { keys: [makeEnrolment(makePlayer('Eve'), server)] }, 'keys', 'BAD_KEY'],
    ['no enrolment among the keys', { keys: [honest.request] }, 'keys', 'BAD_KEY'],
    ['message 3 in message 2’s place', { request: honest.decision }, 'form', 'BAD_ENCODING'],
    ['message 2 in message 3’s place', { decision: honest.request }, 'form', 'BAD_ENCODING'],
    ['nothing in message 1’s place', { offer: Uint8Array.of(0xc0) }, 'form', 'BAD_ENCODING'],
  ];
  it.each(ROWS)('%s', (_, change, at, code) => {
    expect(failure({ ...honest, ...change })).toBe(`${at} ${code}`);
  });

  it('the enrolment made anew for other keys: the player’s signature does not hold', () => {
    const keys = [makeEnrolment(player, server, { pressKey: makePlayer('Eve').press.publicKey })];
    expect(failure({ ...honest, keys })).toBe('request BAD_SIGNATURE');
  });

  it('under other roots: CHAIN_UNTRUSTED', () => {
    const { failed } = verifyBundle(encodeBundle(honest), { roots: makeTree({ name: 'other' }).roots, verify });
    expect(failed).toMatchObject({ check: 'offer', code: 'CHAIN_UNTRUSTED' });
  });

  it('a live price, and the rest by throwaway keys: CHAIN_UNTRUSTED, though roots of both kinds are pinned', () => {
    const live = makeTree({ name: 'live', sandbox: false });
    const forged = makeBundle({ shown: { test: false } }, makePublisher(live));
    const { failed, passed } = verifyBundle(encodeBundle(forged), { roots: [...live.roots, ...roots], verify });
    expect(passed).toContain('request');
    expect(failed).toMatchObject({ check: 'decision', code: 'CHAIN_UNTRUSTED' });
  });

  it('any bit of the file flipped never makes a file that holds, nor throws', () => {
    const bytes = encodeBundle(honest);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(7), (at, bit) => {
        // When the file was put together is the one thing that nobody signs.
        const touched = Uint8Array.from(bytes);
        touched[at] = (touched[at] ?? 0) ^ (1 << bit);
        const { failed, contents } = verifyBundle(touched, { roots, verify });
        return failed !== undefined || contents?.bundle.madeAtMs !== honest.madeAtMs;
      }),
      { numRuns: 150, seed: 5 },
    );
  });

  it('is bounded: a file above 2 MiB is TOO_LARGE, and anything else is a verdict', () => {
    const large = new Uint8Array(BUNDLE_BYTES_MAX + 1);
    expect(verifyBundle(large, { roots }).failed).toMatchObject({ check: 'form', code: 'TOO_LARGE' });
    for (const bytes of [new Uint8Array(), Uint8Array.of(0x90), new TextEncoder().encode('not a bundle')]) {
      const { failed, contents, passed } = verifyBundle(bytes, { roots });
      expect({ failed, contents, passed }).toMatchObject({
        failed: { check: 'form' },
        contents: undefined,
        passed: [],
      });
    }
    expect(() => encodeBundle({ ...honest, crls: Array.from({ length: 17 }, () => Uint8Array.of(1)) })).toThrow(
      ProtocolError,
    );
  });
});
