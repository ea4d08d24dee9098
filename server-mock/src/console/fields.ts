/** Messages in words: every field of a decoded message as a line of text. Nothing here verifies anything. */
import {
  decodeAccountRequest,
  decodeAccountStatement,
  decodeBankDetails,
  decodeCardApplication,
  decodeCardIssue,
  decodeCardKeys,
  decodeCardKeysRequest,
  decodeCardParameters,
  decodeCardRequest,
  decodeCardUpload,
  decodeContentEscrow,
  decodeCountersignature,
  decodeCrls,
  decodeDeclined,
  decodeEncryptionKey,
  decodeEnrolment,
  decodePairingHeader,
  decodePaymentDecision,
  decodePaymentMandate,
  decodePaymentRequest,
  decodePeriodSeal,
  decodeQuote,
  decodeRateTable,
  decodePlacements,
  decodeRefundNotice,
  decodeRefundOrder,
  decodeSignIn,
  decodeRestored,
  decodeUploadAcknowledgement,
  formatMoney,
  readEnvelope,
  readRevocationList,
  type MessageType,
} from '@coinslot/protocol';
import type { Field, MessageView } from './types.ts';

/** Total: a new message does not compile until the console can read it. */
const DECODERS: Readonly<Record<MessageType, (body: Uint8Array) => object>> = {
  quote: decodeQuote,
  'payment-request': decodePaymentRequest,
  'payment-decision': decodePaymentDecision,
  restored: decodeRestored,
  'refund-notice': decodeRefundNotice,
  'pairing-header': decodePairingHeader,
  'rate-table': decodeRateTable,
  enrolment: decodeEnrolment,
  'account-request': decodeAccountRequest,
  'account-statement': decodeAccountStatement,
  'card-parameters': decodeCardParameters,
  'upload-acknowledgement': decodeUploadAcknowledgement,
  'card-application': decodeCardApplication,
  'card-issue': decodeCardIssue,
  'card-upload': decodeCardUpload,
  'card-request': decodeCardRequest,
  'card-keys-request': decodeCardKeysRequest,
  'card-keys': decodeCardKeys,
  'refund-order': decodeRefundOrder,
  'bank-details': decodeBankDetails,
  'payment-mandate': decodePaymentMandate,
  'sign-in': decodeSignIn,
  'period-seal': decodePeriodSeal,
  declined: decodeDeclined,
  'encryption-key': decodeEncryptionKey,
  'content-escrow': decodeContentEscrow,
  countersignature: decodeCountersignature,
  placements: decodePlacements,
};

const LIST_SHOWN_MAX = 12;
const TEXT_SHOWN_MAX = 300;

/** The amounts that are not in the message's own `currency`. */
const CURRENCY_FIELD: Readonly<Record<string, string>> = {
  chargeMinor: 'chargeCurrency',
  chargedMinor: 'chargedCurrency',
};

/** Body of an envelope, decoded. Throws ProtocolError for bytes that are none. */
export function decodeEnvelope(bytes: Uint8Array): { readonly type: MessageType; readonly message: object } {
  const { typeName, body } = readEnvelope(bytes);
  return { type: typeName, message: DECODERS[typeName](body) };
}

/** An envelope for reading; bytes that are none are said to be that. */
export function viewEnvelope(bytes: Uint8Array): MessageView {
  try {
    const { type, message } = decodeEnvelope(bytes);
    return { type, bytes: bytes.length, fields: fieldsOf(message) };
  } catch {
    return { type: 'unreadable', bytes: bytes.length, fields: [] };
  }
}

/** Revocation lists for reading: each issuer's number and how many it names. */
export function viewLists(bytes: Uint8Array): MessageView {
  const fields = decodeCrls(bytes).map((der, i) => {
    const { number, revokedAtMs, nextUpdateMs } = readRevocationList(der);
    const value = `number ${number}, ${revokedAtMs.size} revoked, next by ${timeText(nextUpdateMs)}`;
    return { name: `list ${i + 1}`, value };
  });
  return { type: 'revocation lists', bytes: bytes.length, fields };
}

/** JSON for reading. */
export function viewJson(text: string): MessageView {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const isObject = typeof value === 'object' && value !== null;
  return { type: 'json', bytes: Buffer.byteLength(text), fields: isObject ? fieldsOf(value as object) : [] };
}

function fieldsOf(message: object): Field[] {
  const entries = Object.entries(message) as [string, unknown][];
  const fields: Field[] = [];
  const inner: Field[] = [];
  for (const [name, value] of entries) {
    if (value === undefined) continue;
    if (name === 'quote' && value instanceof Uint8Array) inner.push(...nested(name, value));
    else fields.push({ name, value: textOf(name, value, message as Record<string, unknown>) });
  }
  return [...fields, ...inner];
}

function nested(name: string, envelope: Uint8Array): Field[] {
  return viewEnvelope(envelope).fields.map((field) => ({ ...field, name: `${name}.${field.name}` }));
}

function textOf(name: string, value: unknown, message: Record<string, unknown>): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (typeof value === 'bigint') return amountText(name, value, message);
  if (typeof value === 'number') return name.endsWith('Ms') ? timeText(value) : String(value);
  if (typeof value === 'string') return value.slice(0, TEXT_SHOWN_MAX);
  if (Array.isArray(value)) return listText(value);
  return JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? one.toString() : one)) ?? '';
}

function amountText(name: string, value: bigint, message: Record<string, unknown>): string {
  const currency = message[CURRENCY_FIELD[name] ?? 'currency'];
  if (!name.endsWith('Minor') || typeof currency !== 'string') return value.toString();
  return moneyText(value, currency);
}

function listText(list: readonly unknown[]): string {
  if (list.length === 0) return 'none';
  const isBytes = list.every((one) => one instanceof Uint8Array || holdsBytes(one));
  if (isBytes || list.length > LIST_SHOWN_MAX) return `${list.length} of them`;
  return list.map((one) => textOf('', one, {})).join(', ');
}

const holdsBytes = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.values(value).some((one) => one instanceof Uint8Array);

const timeText = (atMs: number): string => (atMs === 0 ? 'none' : new Date(atMs).toISOString());

/** `EUR 0.20`, also for what is below zero, with the code first in every case. */
export function moneyText(amountMinor: bigint, currency: string): string {
  const isNegative = amountMinor < 0n;
  // The locale that puts the code before the figure, with a no-break space between.
  const text = formatMoney({ amountMinor: isNegative ? -amountMinor : amountMinor, currency }, 'en');
  return isNegative ? `−${text}` : text;
}
