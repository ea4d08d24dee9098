/**
 * Where publishers are paid: only what a publisher signed counts. Stored details are held against the signed message again
 * whenever money is to go there, so that a row that somebody changed sends no money anywhere.
 */
import {
  decodeBankDetails,
  equalBytes,
  exponentOf,
  openEnvelope,
  ProtocolError,
  readEnvelope,
  type BankDetails,
} from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import type { Identity } from '../identity.ts';
import type { Clock } from '../log.ts';
import { requireFresh } from '../players/freshness.ts';
import type { GroupCommit } from '../store/group-commit.ts';
import type { StoreTransaction } from '../store/port.ts';
import type { SignedBankDetails } from './types.ts';

/** Whoever once signs a very high number must not have used up all those below it. */
const NUMBER_JUMP_MAX = 1_000;

export interface SignerCheck {
  readonly roots: readonly Uint8Array[];
  readonly revocationLists: readonly Uint8Array[];
}

export interface BankDetailsDeskOptions extends SignerCheck {
  readonly identity: Identity;
  readonly commit: GroupCommit;
  readonly clock: Clock;
}

/** Under the publisher's own chain as of the signing: a key revoked before is refused, one revoked since had signed validly. */
function openDetails(envelope: Uint8Array, { roots, revocationLists }: SignerCheck): BankDetails {
  const claimed = decodeBankDetails(readEnvelope(envelope).body);
  const { body, leaf } = openEnvelope(envelope, {
    type: 'bank-details',
    role: 'publisher',
    roots,
    atMs: claimed.timeMs,
    crls: revocationLists,
    verify: nativeVerifySignature,
  });
  const details = decodeBankDetails(body);
  if (leaf.subject.id !== details.publisherId)
    throw new ProtocolError('BAD_KEY', "BankDetails.publisherId: not the signer's");
  return details;
}

export class BankDetailsDesk {
  readonly #options: BankDetailsDeskOptions;

  constructor(options: BankDetailsDeskOptions) {
    this.#options = options;
  }

  /**
   * Takes envelope `bank-details`. The same bytes again change nothing. Throws the codes of form, chain and signature; BAD_KEY for
   * another server's, or a publisher who is not enrolled; CLOCK_SKEW; ID_CONFLICT for a number that is taken, CONSENT_STALE for a lower one,
   * BAD_ENCODING for one far above the last.
   */
  async take(envelope: Uint8Array): Promise<SignedBankDetails> {
    const { identity, commit, clock } = this.#options;
    const details = openDetails(envelope, this.#options);
    exponentOf(details.payoutCurrency);
    if (!equalBytes(details.audience, identity.audience))
      throw new ProtocolError('BAD_KEY', "BankDetails.audience: not this server's key");
    return commit.submit(async (tx) => {
      const known = await tx.periods.findBankDetailsByNumber(details.publisherId, details.number);
      if (known !== undefined && equalBytes(known.envelope, envelope)) return known;
      if (known !== undefined) throw new ProtocolError('ID_CONFLICT', 'BankDetails.number: taken by other details');
      requireFresh(details.timeMs, clock(), 'BankDetails.timeMs');
      return add(tx, details, envelope, clock());
    });
  }
}

async function add(
  tx: StoreTransaction,
  details: BankDetails,
  envelope: Uint8Array,
  nowMs: number,
): Promise<SignedBankDetails> {
  const { publisherId, number, holder, iban, bic, payoutCurrency } = details;
  if ((await tx.findPublisher(publisherId)) === undefined)
    throw new ProtocolError('BAD_KEY', 'BankDetails.publisherId: not enrolled here');
  const newest = await tx.periods.findBankDetails(publisherId);
  if (newest !== undefined && newest.number > number)
    throw new ProtocolError('CONSENT_STALE', `BankDetails.number: ${newest.number} is there already`);
  if (number > (newest?.number ?? 0) + NUMBER_JUMP_MAX)
    throw new ProtocolError('BAD_ENCODING', `BankDetails.number: more than ${NUMBER_JUMP_MAX} above the last`);
  // Never dated before a seal that did not know them.
  const takenAtMs = Math.max(nowMs, (await tx.periods.findNewestSealed())?.sealedAtMs ?? 0);
  const signed = {
    publisherId,
    number,
    holder,
    iban,
    bic,
    payoutCurrency,
    signedAtMs: details.timeMs,
    takenAtMs,
    envelope,
  };
  await tx.periods.addBankDetails(signed);
  return signed;
}

/** What is wrong with stored details, held against what the publisher signed; `undefined` when nothing is. */
export function faultOfDetails(stored: SignedBankDetails, check: SignerCheck): string | undefined {
  const at = `bank details ${stored.number} of ${stored.publisherId}`;
  try {
    const signed = openDetails(stored.envelope, check);
    const isSame =
      signed.publisherId === stored.publisherId &&
      signed.number === stored.number &&
      signed.holder === stored.holder &&
      signed.iban === stored.iban &&
      signed.bic === stored.bic &&
      signed.payoutCurrency === stored.payoutCurrency &&
      signed.timeMs === stored.signedAtMs;
    return isSame ? undefined : `${at}: not what was signed`;
  } catch (error) {
    if (error instanceof ProtocolError) return `${at}: ${error.message}`;
    throw error;
  }
}
