/** Publishers' accounts: who may be paid, and where. Opened by the operator over a verified chain. */
import { exponentOf, hashChain, ProtocolError, verifyChain } from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import type { Clock } from '../log.ts';
import type { GroupCommit } from '../store/group-commit.ts';
import type { StoreTransaction } from '../store/port.ts';
import { requireBankDetails } from './bank-details.ts';
import type { BankDetails, NewPublisher, Publisher } from './types.ts';

export interface PublisherEnrolment {
  /** DER, leaf first, without root. */
  readonly chain: readonly Uint8Array[];
  readonly payoutCurrency: string;
  readonly bank: BankDetails;
  /** The server's part of each price, hundredths of a percent; 0 when left out. */
  readonly feeBasisPoints?: number;
}

export interface PublishersOptions {
  readonly roots: readonly Uint8Array[];
  readonly commit: GroupCommit;
  readonly clock: Clock;
}

/** Below all of it: every sale leaves its publisher a unit, and so stands in a payout. */
const FEE_BASIS_POINTS_MAX = 9_999;

export class Publishers {
  readonly #options: PublishersOptions;

  constructor(options: PublishersOptions) {
    this.#options = options;
  }

  /**
   * Opens a publisher's account, or takes a renewed certificate for one. Money's way out is not changed by this: other
   * particulars for a known publisher are ID_CONFLICT. Throws the chain's codes, OFFER_CURRENCY and BAD_ENCODING.
   */
  async enrol(enrolment: PublisherEnrolment): Promise<Publisher> {
    const { roots, commit, clock } = this.#options;
    const { chain, payoutCurrency, bank, feeBasisPoints = 0 } = enrolment;
    const nowMs = clock();
    const leaf = verifyChain({ chain, roots, role: 'publisher', atMs: nowMs, verify: nativeVerifySignature });
    exponentOf(payoutCurrency);
    requireBankDetails(bank);
    if (!Number.isInteger(feeBasisPoints) || feeBasisPoints < 0 || feeBasisPoints > FEE_BASIS_POINTS_MAX)
      throw new ProtocolError('BAD_ENCODING', `publisher.feeBasisPoints: expected 0 ... ${FEE_BASIS_POINTS_MAX}`);
    const publisher: NewPublisher = {
      publisherId: leaf.subject.id,
      commonName: leaf.subject.commonName,
      payoutCurrency,
      bank,
      feeBasisPoints,
      chain,
      chainHash: hashChain(chain),
      enrolledAtMs: nowMs,
    };
    return commit.submit((tx) => put(tx, publisher));
  }
}

async function put(tx: StoreTransaction, publisher: NewPublisher): Promise<Publisher> {
  const known = await tx.findPublisher(publisher.publisherId);
  if (known !== undefined && particularsOf(known) !== particularsOf(publisher))
    throw new ProtocolError('ID_CONFLICT', 'publisher: enrolled already, with other particulars');
  await tx.putPublisher(publisher);
  return (await tx.findPublisher(publisher.publisherId)) as Publisher;
}

const particularsOf = ({ payoutCurrency, bank, feeBasisPoints }: Publisher | NewPublisher): string =>
  JSON.stringify([payoutCurrency, bank.holder, bank.iban, feeBasisPoints]);
