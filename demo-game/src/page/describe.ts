/** Messages in words, for the drawer: what passed, decoded to its fields. Reads only; what was verified is in the checks. */
import type { PassedMessage } from '@coinslot/plugin';
import {
  decodeDeclined,
  decodeOffer,
  decodePaymentDecision,
  decodeQuote,
  decodeRefundNotice,
  decodeRestored,
  decodeShown,
  decodeTerms,
  decodeTexts,
  plainAmount,
  readEnvelope,
} from '@coinslot/protocol';
import { decodeFrame } from '@coinslot/protocol/link';

/** A line of the drawer: name and value of a field. */
export type Field = readonly [name: string, value: string];

/** What a message holds, most telling field first. Bytes that can't be read give one line that says so. */
export function describe(message: Pick<PassedMessage, 'name' | 'bytes'>): readonly Field[] {
  try {
    return READERS[message.name]?.(message.bytes) ?? frameFields(message.bytes);
  } catch (error) {
    return [['unreadable', error instanceof Error ? error.message : String(error)]];
  }
}

const money = (amountMinor: bigint, currency: string): string =>
  `${plainAmount({ amountMinor, currency })} ${currency}`;
const time = (ms: number): string => new Date(ms).toISOString().replace('T', ' ').replace('.000Z', 'Z');
const hexOf = (bytes: Uint8Array): string => {
  const text = [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return bytes.length > 8 ? `${text}… (${bytes.length} B)` : text;
};

const READERS: Readonly<Record<string, (bytes: Uint8Array) => readonly Field[]>> = {
  paired: () => [['secret', 'kept between game and wallet, not shown']],
  offer(bytes) {
    const offer = decodeOffer(bytes);
    const quote = decodeQuote(readEnvelope(offer.quote).body);
    const terms = decodeTerms(offer.terms);
    return [
      ['price', money(quote.amountMinor, quote.currency)],
      ['title', decodeTexts(offer.texts).title],
      ['grant', `${terms.grant.kind} ${terms.grant.target}${terms.grant.quantity ? ` × ${terms.grant.quantity}` : ''}`],
      ['publisher', quote.publisherId],
      ['boundary', offer.boundary],
      ['offer hash', hexOf(quote.offerHash)],
      ['offer time', time(offer.offerTimeMs)],
      ['nonce', hexOf(offer.nonce)],
      ['session key', hexOf(offer.sessionKey)],
      ['quote valid', `${time(quote.notBeforeMs)} – ${time(quote.notAfterMs)}`],
    ];
  },
  declined(bytes) {
    const no = decodeDeclined(readEnvelope(bytes).body);
    return [
      ['offer hash', hexOf(no.offerHash)],
      ['nonce', hexOf(no.nonce)],
      ['player key', hexOf(no.playerKey)],
      ['time', time(no.timeMs)],
    ];
  },
  show(bytes) {
    const shown = decodeShown(bytes);
    return [
      ['total', shown.total.text],
      ...(shown.original ? [['publisher’s price', `${shown.original.text} (${shown.rate})`] as const] : []),
      ['payee', shown.payee],
      ['title', shown.title],
      ['grant', shown.grant],
      ['refund', shown.refund],
      ['consent', shown.consent],
      ['test money', shown.test ? 'yes' : 'no'],
      ['locale', shown.locale],
    ];
  },
  decision(bytes) {
    const decision = decodePaymentDecision(readEnvelope(bytes).body);
    return [
      ['outcome', decision.outcome === 'approved' ? 'approved' : `refused, ${decision.code}`],
      ['charged', money(decision.chargedMinor, decision.chargedCurrency)],
      ['price', money(decision.amountMinor, decision.currency)],
      ['settlement', decision.settlement],
      ['nonce', hexOf(decision.nonce)],
      ['offer hash', hexOf(decision.offerHash)],
      ['request hash', hexOf(decision.requestHash)],
      ['decision id', hexOf(decision.decisionId)],
      ['signer', hexOf(decision.signer)],
      ['time', time(decision.timeMs)],
    ];
  },
  restored(bytes) {
    const restored = decodeRestored(readEnvelope(bytes).body);
    return [
      ['decision id', hexOf(restored.decisionId)],
      ['consumed', String(restored.consumed)],
      ['challenge', hexOf(restored.challenge)],
      ['session key', hexOf(restored.sessionKey)],
    ];
  },
  refund: (bytes) => plainFields(decodeRefundNotice(readEnvelope(bytes).body)),
};

function frameFields(bytes: Uint8Array): readonly Field[] {
  return plainFields(decodeFrame(bytes)).filter(([name]) => name !== 'kind' && name !== 'seq');
}

function plainFields(value: object): readonly Field[] {
  return Object.entries(value).map(([name, field]: [string, unknown]) => [
    name.replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`),
    field instanceof Uint8Array ? hexOf(field) : Array.isArray(field) ? `${field.length}` : String(field),
  ]);
}
