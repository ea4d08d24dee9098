/** Every bound of the wallet: queues, sockets, times. Those of the wire itself are in `@coinslot/protocol`. */
export const WALLET_LIMITS = Object.freeze({
  /** One journal record, bytes: an intent holds messages 1 and 2 and what was shown. */
  recordBytesMax: 256 * 1024,

  // The link.
  /** Subprotocol header with the pairing header's envelope, characters. */
  subprotocolCharactersMax: 12_000,
  connectionsMax: 32,
  connectionsPerOriginMax: 6,
  /** A game has this long to prove its pairing secret. */
  handshakeMs: 10_000,
  /** A game waits this long for the player to pair it, or to unlock the wallet. */
  pairingWaitMs: 10 * 60_000,
  pairingRequestsMax: 8,
  /** After a refusal the same game is not shown again for this long. */
  pairingRestMs: 10 * 60_000,
  /** A code for a game that is no web page is good for this long, and for as many wrong tries. */
  linkCodeMs: 5 * 60_000,
  linkCodeTries: 5,
  /** A live socket is pinged this often; without a sign of life until the next ping it is cut. */
  pingMs: 30_000,
  /** Frames of one connection: a burst, then a steady rate per second. */
  framesBurst: 60,
  framesPerSecond: 20,
  /** Offers of one game, and its questions for all that it was paid for: a burst, then one in so many ms. */
  offersBurst: 12,
  offerEveryMs: 3_000,
  /** What games report as consumed is journalled no more often than this. */
  consumedEveryMs: 1_000,
  /** Refunds of which a game is told again when it connects, the newest. */
  refundsToldMax: 32,
  headersMs: 5_000,
  requestMs: 10_000,
  headerBytesMax: 16 * 1024,
  socketsMax: 128,
  /** A refused socket is dropped after this long, whether its peer has closed it or not. */
  refusedSocketMs: 1_000,

  // Consent.
  /** A dialog without an answer ends as a decline. */
  dialogMs: 5 * 60_000,
  /** From the player's yes to the time after which nothing may be recorded. */
  deadlineMs: 2 * 60_000,
  /** A game's session ends when it has been gone for this long. */
  sessionGapMs: 30 * 60_000,
  noticesMax: 30,
  /** What of one game waits for a guardian, the newest. */
  askedPerGameMax: 20,

  // The payment server.
  attemptMs: 10_000,
  retryFirstMs: 250,
  retryLastMs: 30_000,
  answerBytesMax: 65_536,
  /** A quick look at the balance before an offer is shown, when the last statement says it is not enough. */
  statementWaitMs: 1_500,

  /** What was found out so recently about whether the server answers is believed. */
  contactFreshMs: 5_000,
  /** How long an offer waits to find that out, where a card could pay instead. */
  contactWaitMs: 1_000,

  // Cards.
  /** One upload message, bytes: room is left below what a message may have. */
  uploadBytesMax: 60_000,
  /** Cards and revocation lists are brought up to date this often, when the server answers. */
  syncEveryMs: 15 * 60_000,
  /** And this long after a payment by card, or a failure. */
  syncSoonMs: 20_000,
  /** A card or reader that does not come to an end is not waited for when the wallet closes. */
  readerCloseMs: 2_000,
  /** Revocation lists in one frame of the link, bytes. */
  crlFrameBytesMax: 60_000,

  // The page.
  pageBodyBytesMax: 16 * 1024,
  pageSessionsMax: 16,
  pageStreamsMax: 16,
  pageTokensMax: 8,
  pageTokenLifeMs: 24 * 3_600_000,
  historyPageSize: 50,
});
