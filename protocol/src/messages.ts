/**
 * The messages, every field in wire order: `docs/spec/messages.md` in code. One file each, so that a game's bundle holds
 * only those it uses.
 *
 * Bodies of signed messages are encoded here and sealed in `envelope.ts`. `decodeX` returns a frozen value or throws; it
 * verifies nothing beyond the form. Errors: BAD_ENCODING, TOO_LARGE, and OFFER_CURRENCY for text that is no currency code.
 */
export * from './messages/terms.ts';
export * from './messages/texts.ts';
export * from './messages/quote.ts';
export * from './messages/offer.ts';
export * from './messages/payment-request.ts';
export * from './messages/payment-decision.ts';
export * from './messages/restored.ts';
export * from './messages/refund-notice.ts';
export * from './messages/pairing-header.ts';
export * from './messages/rate-table.ts';
export * from './messages/account.ts';
export * from './messages/card-parameters.ts';
export * from './messages/card-application.ts';
export * from './messages/card-issue.ts';
export * from './messages/card-upload.ts';
export * from './messages/upload-acknowledgement.ts';
export * from './messages/card-request.ts';
export * from './messages/card-record.ts';
export * from './messages/card-keys-request.ts';
export * from './messages/card-keys.ts';
export * from './messages/refund-order.ts';
export { isBic, isIban } from './messages/bank-account.ts';
export * from './messages/bank-details.ts';
export * from './messages/payment-mandate.ts';
export * from './messages/sign-in.ts';
export * from './messages/period-seal.ts';
export * from './messages/declined.ts';
export * from './messages/encryption-key.ts';
export * from './messages/content-escrow.ts';
export * from './messages/countersignature.ts';
export * from './messages/placements.ts';
export * from './card-contexts.ts';
