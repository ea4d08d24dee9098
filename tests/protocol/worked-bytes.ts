/**
 * The worked bytes of `docs/spec/`: the bytes of honest messages beside the names of their fields, byte
 * strings above 72 bytes shortened. A block stands in a page
 * between `<!-- worked:NAME -->` and `<!-- /worked -->`; a test compares them all. To write them again:
 *
 *     node --conditions=coinslot-source --import tsx tests/protocol/worked-bytes.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  cardAuthenticateInput,
  cardDecisionId,
  cardPossessionInput,
  cardRecordHash,
  encodeCardRecord,
  encodePaymentDecision,
  encodeQuote,
  encodeTerms,
  encodeTexts,
  offerHash,
  packWire,
  readCertificate,
  readEnvelope,
  convertMoney,
  plainAmount,
  requestHash,
  requestId,
  sealEnvelope,
  signatureInput,
  spkiOf,
  textsDigest,
  unpackWire,
  withChainByHash,
  type Wire,
} from '@coinslot/protocol';
import { encodeFrame, linkDoorKey, linkProof } from '@coinslot/protocol/link';
import { contentKeyIdOf, sealingKeyOfSigner } from '@coinslot/protocol/sealing';
import { bytes16Of, DAY_MS, NOON_MS, seedOf } from '../lib/parties.ts';
import { FRAMES } from './frames.ts';
import { toHex } from './refusals.ts';
import * as honest from './samples.ts';

const PAGES = ['encoding.md', 'envelopes.md', 'messages.md', 'certificates.md', 'money.md', 'link.md', 'sealing.md'];
const SHOWN_BYTES = 72;
const HEX_COLUMN = 36;

/** One line per value: its bytes, then what they are. Records are told by `value`, which has names for them. */
function annotate(wire: Wire, value: unknown, name: string, depth = 0): string[] {
  if (!isList(wire)) return lines(packWire(wire), `${name} = ${describe(wire)}`, depth);
  const items = wire;
  const head = packWire(items).subarray(0, items.length < 16 ? 1 : 3);
  if (value === undefined) return lines(head, `${name}: absent`, depth);
  const isRecord =
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
  const keys = isRecord ? Object.keys(value).filter((key, i) => i < items.length || isThere(value, key)) : [];
  const names = isRecord && keys.length === items.length ? keys : undefined;
  const what = names ? `${items.length} fields` : Array.isArray(value) ? `${items.length} items` : 'present';
  const inner = items.flatMap((item, i) => {
    const key = names?.[i];
    if (key !== undefined) return annotate(item, (value as Record<string, unknown>)[key], key, depth + 1);
    return annotate(item, Array.isArray(value) ? value[i] : value, Array.isArray(value) ? `[${i}]` : name, depth + 1);
  });
  return [...lines(head, `${name}: ${what}`, depth), ...inner];
}

const isThere = (value: object, key: string): boolean => (value as Record<string, unknown>)[key] !== undefined;
const isList = (wire: Wire): wire is readonly Wire[] => Array.isArray(wire);

function describe(wire: number | bigint | string | Uint8Array): string {
  if (wire instanceof Uint8Array) return `${wire.length} bytes`;
  return typeof wire === 'string' ? JSON.stringify(wire) : wire.toString();
}

function lines(bytes: Uint8Array, comment: string, depth: number): string[] {
  const shown = bytes.length > SHOWN_BYTES ? `${toHex(bytes.subarray(0, SHOWN_BYTES - 1))}..` : toHex(bytes);
  const indent = '  '.repeat(depth);
  const rows = shown.match(new RegExp(`.{1,${HEX_COLUMN - 4}}`, 'g')) ?? [''];
  return rows.map((row, i) =>
    `${(indent + row).padEnd(HEX_COLUMN + 4)}${i === 0 ? ` ${indent}${comment}` : ''}`.trimEnd(),
  );
}

const message = (name: string, bytes: Uint8Array, value: object): string =>
  [`${bytes.length} bytes`, ...annotate(unpackWire(bytes), value, name)].join('\n');
const hash = (label: string, bytes: Uint8Array): string => `${label}\n  ${toHex(bytes)}`;

function blocks(): ReadonlyMap<string, string> {
  const { quote, terms, texts, offer, paymentRequest, paymentDecision, publisher, server, player } = honest;
  const quoteByHash = withChainByHash(honest.quoteEnvelope);
  const shortRequest = { ...paymentRequest, quote: quoteByHash };
  const requestBytes = honest.sampleOf('PaymentRequest').encode(shortRequest);
  const wires: readonly [Wire, string][] = [
    [0, '0'],
    [127, '127'],
    [128, '128'],
    [256, '256'],
    [65_536, '65,536'],
    [20n, '20 as amount or time'],
    ['é', 'text "é"'],
    [Uint8Array.of(1, 2), 'bytes 01 02'],
    [[], 'no items, or an absent value'],
    [[1, ['a']], '[1, ["a"]]'],
  ];
  const samples = honest.SAMPLES.filter(({ name }) => name !== 'PriceList');
  return new Map([
    ['forms', wires.map(([wire, what]) => `${toHex(packWire(wire)).padEnd(24)} ${what}`).join('\n')],
    [
      'keys',
      [
        hash(
          'publisher, seed = SHA-256("coinslot test authority lumen-works"), public key',
          publisher.signer.publicKey,
        ),
        hash(
          'payment server, seed = SHA-256("coinslot test authority test-server"), public key',
          server.signer.publicKey,
        ),
        hash('player\'s press key, seed = SHA-256("coinslot test Ada press"), public key', player.press.publicKey),
        hash("hash of the publisher's chain (leaf, then SYND)", readEnvelope(quoteByHash).chain[0]!),
      ].join('\n'),
    ],
    ['quote-envelope', message('Envelope', quoteByHash, envelopeValue(quoteByHash))],
    ['quote-signature-input', wrappedHex(signatureInput('quote', encodeQuote(quote)))],
    ['request-envelope', message('Envelope', sealRequest(requestBytes), envelopeValue(sealRequest(requestBytes)))],
    ...samples.map(({ name, bytes, value }) => [name, message(name, bytes, value)] as const),
    [
      'hashes',
      [
        hash('textsDigest(Texts)', textsDigest(encodeTexts(texts))),
        hash('offerHash(Terms)', offerHash(encodeTerms(terms))),
        hash('requestHash(PaymentRequest)', requestHash(honest.sampleOf('PaymentRequest').bytes)),
        hash('requestId(userId, nonce)', requestId(paymentRequest.userId, offer.nonce)),
        hash('keyHash(payment server)', server.keyHash),
      ].join('\n'),
    ],
    [
      'decision-refused',
      message('PaymentDecision', encodePaymentDecision(refused(paymentDecision)), refused(paymentDecision)),
    ],
    ['decision-card', message('PaymentDecision', encodePaymentDecision(honest.cardDecision), honest.cardDecision)],
    ['card-contexts', cardContexts()],
    ['content-key', contentKey()],
    ['hello', message('frame', encodeFrame('hello', FRAMES.hello), ['', FRAMES.hello])],
    ['refusal', message('frame', encodeFrame('refusal', FRAMES.refusal), ['', FRAMES.refusal])],
    ['leaf-certificate', wrappedHex(publisher.chain[0]!)],
    ['card-certificate', wrappedHex(honest.card.chain[0]!)],
    ['card-issuer-certificate', wrappedHex(honest.cardIssuer.chain[0]!)],
    ['revocation-list', wrappedHex(blockedList())],
    ['conversions', conversions()],
    [
      'link-proof',
      (['game', 'wallet'] as const)
        .map((side) =>
          hash(
            `linkProof(${side})`,
            linkProof(seedOf('secret'), side, seedOf('game'), seedOf('wallet'), 'http://127.0.0.1:8375'),
          ),
        )
        .join('\n'),
    ],
    ['link-door-key', hash('linkDoorKey', linkDoorKey(seedOf('secret')))],
  ]);

  function sealRequest(body: Uint8Array): Uint8Array {
    return sealEnvelope('payment-request', body, player.press, []);
  }
}

const wrappedHex = (bytes: Uint8Array): string =>
  toHex(bytes)
    .match(/.{1,96}/g)!
    .join('\n');

/** The card issuer's first list, with the sample's card on it. */
function blockedList(): Uint8Array {
  const { serialHex } = readCertificate(honest.card.chain[0]!);
  const revokedAtMs = NOON_MS + DAY_MS;
  return honest.cardIssuer.certifier.listRevoked({
    number: 1,
    revoked: [{ serialHex, revokedAtMs }],
    thisUpdateMs: revokedAtMs,
    nextUpdateMs: revokedAtMs + 30 * DAY_MS,
  });
}

function contentKey(): string {
  const wrapped = (bytes: Uint8Array): string => wrappedHex(bytes).replace(/^/gm, '  ');
  return [
    hash('id', contentKeyIdOf(honest.contentKey)),
    hash('the decider\'s key, DeriveKeyPair(SHA-256("coinslot test decider"))', honest.deciderPair.publicKey),
    `sealed to the decider\n${wrapped(honest.contentEscrow.sealedKey)}`,
    hash('sealing key of the player key', sealingKeyOfSigner(honest.paymentRequest.playerKey)),
    `sealed to the player\n${wrapped(honest.paymentDecision.sealedKey!)}`,
  ].join('\n');
}

function cardContexts(): string {
  const { card, cardRecord } = honest;
  const spki = spkiOf(card.signer.publicKey);
  const head = cardRecordHash(encodeCardRecord(cardRecord));
  const challenge = bytes16Of('challenge');
  const input = cardAuthenticateInput(challenge, { cardId: card.cardId, counter: cardRecord.counter, head });
  const wrapped = (bytes: Uint8Array): string => wrappedHex(bytes).replace(/^/gm, '  ');
  return [
    hash('hash of the CardRecord of messages.md, the head', head),
    hash('id of the decision about it', cardDecisionId(card.cardId, cardRecord.nonce)),
    `card-authenticate, what is signed\n${wrapped(input)}`,
    `card-possession, what is signed\n${wrapped(cardPossessionInput(bytes16Of('application'), spki))}`,
  ].join('\n');
}

function conversions(): string {
  const rows: readonly [bigint, string, string][] = [
    [100n, 'USD', 'EUR'],
    [100n, 'EUR', 'USD'],
    [20n, 'EUR', 'JPY'],
    [33n, 'JPY', 'EUR'],
    [1n, 'JPY', 'USD'],
    [0n, 'USD', 'EUR'],
  ];
  return rows
    .map(([amountMinor, currency, to]) => {
      const from = { amountMinor, currency };
      return `${plainAmount(from)} ${currency} = ${plainAmount(convertMoney(from, to, honest.rateTable))} ${to}`;
    })
    .join('\n');
}

function envelopeValue(envelope: Uint8Array): object {
  const { version, type, body, signature, chain, extensions } = readEnvelope(envelope);
  return { version, type, body, signature, chain, extensions };
}

function refused(approved: typeof honest.paymentDecision): typeof honest.paymentDecision {
  return {
    ...approved,
    outcome: 'refused',
    code: 'INSUFFICIENT',
    settlement: 'none',
    chargedMinor: 0n,
    sealedKey: undefined,
  };
}

const pageUrl = (page: string): URL => new URL(`../../docs/spec/${page}`, import.meta.url);

/** Each page as it stands, and as it should. */
export function workedPages(): readonly { page: string; written: string; worked: string; names: readonly string[] }[] {
  const made = blocks();
  return PAGES.map((page) => {
    const written = readFileSync(pageUrl(page), 'utf8');
    const names: string[] = [];
    const worked = written.replace(/<!-- worked:(\S+) -->[^]*?<!-- \/worked -->/g, (_, name: string) => {
      names.push(name);
      const block = made.get(name);
      if (block === undefined) throw new Error(`${page}: no worked bytes named ${name}`);
      return `<!-- worked:${name} -->\n\`\`\`text\n${block}\n\`\`\`\n<!-- /worked -->`;
    });
    return { page, written, worked, names };
  });
}

/** The name of every block there is. */
export const blockNames = (): readonly string[] => [...blocks().keys()];

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { page, worked } of workedPages()) writeFileSync(pageUrl(page), worked);
}
