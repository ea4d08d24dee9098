/** The dispute bundle of one payment, as the wallet gives it out: what the journal holds, exactly as it was. */
import { encodeBundle, LIMITS, readEnvelope, signatureInput, type Bundle } from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import { WalletError } from '../errors.ts';
import { hex } from '../hex.ts';
import { currentAttempt, type Payment } from '../journal/payments.ts';
import type { WalletState } from '../journal/state.ts';

export interface BundleSources {
  readonly state: WalletState;
  /** Revocation lists that the wallet holds now, DER. */
  readonly crls: readonly Uint8Array[];
  readonly nowMs: number;
}

export const BUNDLE_CONTENT_TYPE = 'application/x-coinslot-bundle';

/**
 * The file's bytes. Throws GONE for a payment that nobody has decided, or of which not all is here: what came back by the
 * recovery phrase has no message 1.
 */
export function bundleOf(payment: Payment, { state, crls, nowMs }: BundleSources): Uint8Array {
  const { request, decision } = currentAttempt(payment);
  const enrolment = state.enrolling?.enrolment;
  const isWhole = payment.offer.length > 0 && payment.shown.length > 0 && request.length > 0;
  if (decision === undefined || enrolment === undefined || !isWhole) {
    throw new WalletError('GONE', `${payment.nonceHex}: not all messages of this payment are here`, {
      hint:
        enrolment === undefined
          ? 'This wallet came back by its recovery phrase: what opened the account is with the payment server, whose pages have the proof.'
          : 'Without a decision there is nothing to prove yet.',
    });
  }
  const bundle: Bundle = {
    version: 1,
    madeAtMs: nowMs,
    offer: payment.offer,
    shown: payment.shown,
    keys: [enrolment, ...passwordsOf(payment, state)],
    request,
    decision,
    refund: payment.refundNotice,
    countersigned: payment.decided && state.recovered.countersignature(hex(payment.decided.decisionId)),
    chains: [],
    crls,
  };
  return encodeBundle(bundle);
}

/** The message that registered the password by which it was paid, after that of the password which stood then: both show that it held. */
function passwordsOf(payment: Payment, { passwords }: WalletState): readonly Uint8Array[] {
  const { asked, request } = currentAttempt(payment);
  if (asked.proof !== 'password') return [];
  const { body, signature } = readEnvelope(request);
  const input = signatureInput('payment-request', body);
  const isKey = (key: Uint8Array | undefined): boolean =>
    key !== undefined && nativeVerifySignature(key, input, signature);
  const latestMs = (payment.decided?.timeMs ?? 0) + LIMITS.clockSkewMsMax;
  const registered = passwords.all.findLast(
    ({ passwordKey, holdsFromMs }) => holdsFromMs <= latestMs && isKey(passwordKey),
  );
  return [registered?.over, registered?.envelope].flatMap((envelope) => envelope ?? []);
}

/** `level-3-6f0c….coinslot-bundle`: by what was bought and the end of its decision's id; both are safe in a file name. */
export function bundleName({ terms, decided, nonceHex }: Payment): string {
  const id = decided === undefined ? nonceHex : Buffer.from(decided.decisionId).toString('hex');
  return `${terms.offerId}-${id.slice(-8)}.coinslot-bundle`;
}
