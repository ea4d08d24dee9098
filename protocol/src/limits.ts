/** Every bound of the protocol. Checked before anything is allocated or any signature is verified. */
export const LIMITS = Object.freeze({
  /** One message or link frame, bytes. */
  messageBytesMax: 65_536,
  /** One encoded Terms, bytes. */
  termsBytesMax: 16_384,
  /** Nesting of arrays. */
  depthMax: 16,
  /** Values in one input, counted over all arrays: room for a price list of 512 offers in 32 locales, 52,000 values. */
  valuesMax: 65_536,
  /** Certificates in a chain, leaf first, without the root. */
  chainCertificatesMax: 4,
  /** One certificate, DER bytes. */
  certificateBytesMax: 4_096,
  /** One revocation list, DER bytes: about 2,400 entries. */
  crlBytesMax: 65_535,
  /** Revocation lists held at once. */
  crlsMax: 16,
  /** How long after its `nextUpdate` a revocation list still counts: games and cards are without a network for weeks. */
  crlGraceMsMax: 30 * 86_400_000,
  /** Longest validity of a card's certificate, by assurance. */
  chipLifeMsMax: 732 * 86_400_000,
  softwareCardLifeMsMax: 90 * 86_400_000,
  /** Unknown extensions in an envelope's unsigned slot. */
  extensionsMax: 8,
  extensionBytesMax: 1_024,
  /** Identifiers (game, offer, publisher, boundary), UTF-8 bytes. */
  identifierBytesMax: 64,
  /** A title, UTF-8 bytes. */
  titleBytesMax: 200,
  /** A description or any other publisher's text, UTF-8 bytes. */
  textBytesMax: 2_000,
  /** The name on a bank account, UTF-8 bytes (ISO 20022: Max70Text). */
  holderBytesMax: 70,
  /** ISO 13616 and ISO 9362. */
  ibanLengthMax: 34,
  bicLengthMax: 11,
  /** ISO 20022: Max35Text. */
  mandateIdLengthMax: 35,
  /** Locales one set of terms has texts for. */
  localesMax: 32,
  territoriesMax: 300,
  originsMax: 16,
  /** Amounts are 0 ... 2^53-1 minor units, so that every language can hold them exactly. */
  amountMinorMax: 9_007_199_254_740_991n,
  /** Last representable time: 9999-12-31T23:59:59.999Z. */
  timeMsMax: 253_402_300_799_999,
  /** How far apart the clocks of two parties may be. */
  clockSkewMsMax: 5 * 60_000,
  /** Longest validity of a quote. */
  quoteLifeMsMax: 800 * 86_400_000,
  /** Longest time from an offer to the deadline of its payment request. */
  deadlineMsMax: 10 * 60_000,
  /** Currencies in one rate table. */
  ratesMax: 200,
  /** Decisions handed over in one Restored frame or account statement. */
  decisionsMax: 32,
  /** Purses of one card. */
  pursesMax: 4,
  /** Records in one upload of a card: all that a card keeps. Those with proofs end sooner, where the message is full, after 24 or so. */
  uploadRecordsMax: 64,
  /** One record of a card, bytes. */
  cardRecordBytesMax: 512,
  /** Files that one offer seals. */
  sealedFilesMax: 64,
  /** Content of one sealed file, bytes. */
  sealedFileBytesMax: 256 * 1024 * 1024,
  /** Content of one chunk of it. */
  sealedChunkBytes: 65_536,
});
