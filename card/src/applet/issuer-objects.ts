/**
 * What a card believes of others: objects that its issuer signed with the key it was given when it was personalised, and
 * nothing else. Chains that travel with an object are not looked at; a card could not tell whether they hold today.
 */
import {
  decodeCardKeys,
  decodeCardParameters,
  decodeRateTable,
  decodeUploadAcknowledgement,
  equalBytes,
  PROTOCOL_VERSION,
  ProtocolError,
  readCertificate,
  readEnvelope,
  readPublicKey,
  sealEnvelope,
  signatureInput,
  type CardKeys,
  type CardParameters,
  type Certificate,
  type MessageType,
  type RateTable,
  type UploadAcknowledgement,
} from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import { Refused, SW } from './status-words.ts';
import type { CardState, Purse, Signed } from './state.ts';

/** An issuer's object, verified and without its chain. Throws Refused 6982, or ProtocolError for bytes that are none. */
function openIssued<T>(
  envelope: Uint8Array,
  type: MessageType,
  issuerKey: Uint8Array,
  decode: (body: Uint8Array) => T,
): Signed<T> {
  const { typeName, version, body, signature } = readEnvelope(envelope);
  if (typeName !== type || version !== PROTOCOL_VERSION) throw new Refused(SW.WRONG_DATA, `not a ${type}`);
  if (!nativeVerifySignature(issuerKey, signatureInput(type, body), signature))
    throw new Refused(SW.SECURITY, `${type}: not signed by this card's issuer`);
  const bare = sealEnvelope(type, body, { sign: () => signature }, []);
  return { envelope: bare, value: decode(body) };
}

export const openParameters = (envelope: Uint8Array, issuerKey: Uint8Array): Signed<CardParameters> =>
  openIssued(envelope, 'card-parameters', issuerKey, decodeCardParameters);
export const openRates = (envelope: Uint8Array, issuerKey: Uint8Array): Signed<RateTable> =>
  openIssued(envelope, 'rate-table', issuerKey, decodeRateTable);
export const openAcknowledgement = (envelope: Uint8Array, issuerKey: Uint8Array): Signed<UploadAcknowledgement> =>
  openIssued(envelope, 'upload-acknowledgement', issuerKey, decodeUploadAcknowledgement);

/** What is sealed in it is not opened yet. */
export const openCardKeys = (envelope: Uint8Array, issuerKey: Uint8Array): CardKeys =>
  openIssued(envelope, 'card-keys', issuerKey, decodeCardKeys).value;

/** 6982 for an object that the issuer made for another card. */
export function requireOwnId(cardId: Uint8Array, named: Uint8Array): void {
  if (!equalBytes(cardId, named)) throw new Refused(SW.SECURITY, 'for another card');
}

export interface CardCertificate {
  readonly chain: readonly Uint8Array[];
  readonly issuerKey: Uint8Array;
  readonly cardId: Uint8Array;
}

/**
 * The card's own certificate: of its own key, by the issuer's key, of its own algorithm, in the name of its id; and each
 * certificate under the next, as far as the card has the algorithm. Whether the issuer is one to be trusted is for those who verify decisions; a card that a stranger personalised is worth nothing to them.
 */
export function requireOwnCertificate(
  { chain, issuerKey, cardId }: CardCertificate,
  key: CardState['key'],
): Certificate {
  const certificates = chain.map((der) => readCertificate(der));
  const [own, issuer] = certificates;
  const refuse = (why: string): Refused => new Refused(SW.SECURITY, `certificate: ${why}`);
  if (own === undefined || issuer === undefined) throw refuse('no issuer above it');
  if (!equalBytes(own.spki, key.spki)) throw refuse("not of this card's key");
  if (!equalBytes(issuer.spki, issuerKey)) throw refuse("not the issuer's key");
  // A card verifies with the algorithm that it signs with, because its processor has no other.
  if (readPublicKey(issuerKey).alg !== readPublicKey(key.spki).alg) throw refuse('the issuer has another algorithm');
  certificates.forEach((one, i) => {
    const above = certificates[i + 1];
    if (above === undefined) return;
    if (!equalBytes(one.issuerDer, above.subjectDer)) throw refuse('names another issuer');
    const isVerifiable = readPublicKey(above.spki).alg === readPublicKey(key.spki).alg;
    if (isVerifiable && !nativeVerifySignature(above.spki, one.signedBytes, one.signature))
      throw refuse('not signed by the one above it');
  });
  if (![...own.liveRoles, ...own.sandboxRoles].includes('card')) throw refuse('not for a card');
  if (own.subject.id !== Buffer.from(cardId).toString('hex')) throw refuse('not in the name of this card');
  return own;
}

/**
 * The purses under new parameters: those that are there stay, with what is in them, in their order and of their currency and
 * plan; further ones begin empty. Throws 6985 when one would vanish or change, since value would vanish with it.
 */
export function pursesUnder(parameters: CardParameters, purses: readonly Purse[]): readonly Purse[] {
  const isKept = ({ purse, currency, plan }: Purse, i: number): boolean => {
    const next = parameters.purses[i];
    return next?.purse === purse && next.currency === currency && next.plan === plan;
  };
  if (!purses.every(isKept)) throw new Refused(SW.CONDITIONS, 'parameters: a purse of the card is missing or changed');
  const added = parameters.purses.slice(purses.length).map(({ purse, currency, plan }) => ({
    purse,
    currency,
    plan,
    balanceMinor: 0n,
    unreportedMinor: 0n,
    noPinSumMinor: 0n,
  }));
  return [...purses, ...added];
}

/** What refuses an object, as a status word: bytes that are none are 6A80, whatever is wrong with them. */
export function statusOf(error: unknown): number | undefined {
  if (error instanceof Refused) return error.statusWord;
  return error instanceof ProtocolError ? SW.WRONG_DATA : undefined;
}
