/** What a person puts right: corrections are transfers of their own, and what waits in suspense goes to whoever it was for. */
import { LIMITS, ProtocolError, requireMoney } from '@coinslot/protocol';
import type { AccountKind, AccountName, Posting } from '../ledger/types.ts';
import type { Clock } from '../log.ts';
import { playerAccount } from '../players/types.ts';
import type { GroupCommit } from '../store/group-commit.ts';
import type { StoreTransaction } from '../store/port.ts';
import { entryReference } from './entries.ts';
import { hashOf } from './make-payout.ts';

export interface CorrectionOrder {
  /** The operator's own name for it, 1 ... 140 printable ASCII characters: once for ever. */
  readonly reference: string;
  /** Number of the transfer that it corrects. */
  readonly corrects: bigint;
  /** 1 ... 140 characters. */
  readonly reason: string;
  /** 1 ... 16. */
  readonly postings: readonly Posting[];
}

const REFERENCE = /^[\x20-\x7e]{1,140}$/;
const POSTINGS_MAX = 16;
/** What a person may move between; cards keep their own books, and what is in transit is the bank's to answer for. */
const CORRECTABLE: readonly AccountKind[] = [
  'player-prepaid',
  'player-postpaid',
  'publisher-payable',
  'fees',
  'exchange-position',
  'rounding',
  'bank',
  'bank-suspense',
];
const OWN: readonly AccountKind[] = ['fees', 'exchange-position', 'rounding', 'bank', 'bank-suspense'];

export class Corrections {
  readonly #options: { readonly commit: GroupCommit; readonly clock: Clock };

  constructor(options: { readonly commit: GroupCommit; readonly clock: Clock }) {
    this.#options = options;
  }

  /**
   * Posts a correction; the same reference again changes nothing when it says the same, and is ID_CONFLICT otherwise. Returns the
   * number of its transfer. Throws BAD_ENCODING, BAD_KEY for accounts and transfers that are not there, OFFER_PRICE, OFFER_CURRENCY,
   * INSUFFICIENT where an account does not have it.
   */
  async correct(order: CorrectionOrder): Promise<bigint> {
    requireOrder(order);
    const { reference: name, corrects, reason, postings } = order;
    const reference = hashOf('correction', name);
    return this.#options.commit.submit(async (tx) => {
      const known = await tx.findTransfer('correction', reference);
      if (known !== undefined) {
        const isSame =
          known.correction?.corrects === corrects &&
          known.correction.reason === reason &&
          wordsOf(known.postings) === wordsOf(postings);
        if (isSame) return known.id;
        throw new ProtocolError('ID_CONFLICT', 'correction.reference: taken by another correction');
      }
      if ((await tx.listTransfers(corrects - 1n, 1))[0]?.id !== corrects)
        throw new ProtocolError('BAD_KEY', 'correction.corrects: no such transfer');
      await requireAccounts(tx, postings);
      const atMs = this.#options.clock();
      return tx.postTransfer({ kind: 'correction', reference, atMs, postings, correction: { corrects, reason } });
    });
  }

  /**
   * Gives an entry that waits in suspense to a player. Throws BAD_KEY, OFFER_CURRENCY, OFFER_PRICE, ID_CONFLICT when it does not
   * wait any more, INSUFFICIENT when the bank has taken so much back since that it is not there.
   */
  async clearSuspense(bankReference: string, userId: Uint8Array): Promise<void> {
    await this.#options.commit.submit(async (tx) => {
      const entry = await tx.periods.findBankEntry(bankReference);
      const player = await tx.findPlayer(userId);
      if (entry === undefined || player === undefined)
        throw new ProtocolError('BAD_KEY', 'suspense: no such entry, or nobody is enrolled here by this id');
      if (entry.outcome !== 'suspense' || entry.amountMinor < 0n)
        throw new ProtocolError('ID_CONFLICT', 'suspense.bankReference: does not wait for its owner');
      const { currency, amountMinor } = entry;
      if (player.currency !== currency)
        throw new ProtocolError('OFFER_CURRENCY', `currency: this account is in ${player.currency}`);
      if (player.balanceMinor + amountMinor > LIMITS.amountMinorMax)
        throw new ProtocolError('OFFER_PRICE', 'suspense: the balance would leave 2^53-1');
      const waits: AccountName = { kind: 'bank-suspense', owner: '', currency };
      // Somebody who recalls a payment, and then asks for it as one that was lost, is not paid by the others.
      if (((await tx.cards.findAccount(waits))?.balanceMinor ?? 0n) < amountMinor)
        throw new ProtocolError('INSUFFICIENT', 'suspense: the bank has taken back what waited', {
          hint: 'look for what went out of suspense, and correct that first',
        });
      const postings = [{ debit: waits, credit: playerAccount(player), amountMinor }];
      const atMs = this.#options.clock();
      await tx.postTransfer({ kind: 'suspense-cleared', reference: entryReference(bankReference), atMs, postings });
      await tx.periods.setBankEntryCleared(bankReference);
      await tx.findings.settleFindings('suspense', bankReference, atMs);
    });
  }
}

function requireOrder({ reference, reason, postings }: CorrectionOrder): void {
  if (!REFERENCE.test(reference))
    throw new ProtocolError('BAD_ENCODING', 'correction.reference: expected 1 ... 140 printable ASCII characters');
  if (reason.trim() === '' || reason.length > 140)
    throw new ProtocolError('BAD_ENCODING', 'correction.reason: expected 1 ... 140 characters');
  if (postings.length === 0 || postings.length > POSTINGS_MAX)
    throw new ProtocolError('BAD_ENCODING', `correction.postings: expected 1 ... ${POSTINGS_MAX}`);
  for (const { debit, credit, amountMinor } of postings) {
    requireMoney(amountMinor, debit.currency);
    if (amountMinor === 0n) throw new ProtocolError('OFFER_PRICE', 'correction.postings: amounts are above 0');
    if (debit.currency !== credit.currency)
      throw new ProtocolError('OFFER_CURRENCY', 'correction.postings: both sides in one currency');
    if (debit.kind === credit.kind && debit.owner === credit.owner)
      throw new ProtocolError('BAD_ENCODING', 'correction.postings: two sides of one account');
  }
}

const wordsOf = (postings: readonly Posting[]): string =>
  postings
    .map(({ debit, credit, amountMinor }) =>
      [debit.kind, debit.owner, credit.kind, credit.owner, debit.currency, amountMinor].join(' '),
    )
    .join('\n');

/** Every account is one that there is, and has what is taken from it. */
async function requireAccounts(tx: StoreTransaction, postings: readonly Posting[]): Promise<void> {
  const balances = new Map<string, bigint>();
  for (const { debit, credit, amountMinor } of postings)
    for (const [account, change] of [
      [debit, -amountMinor],
      [credit, amountMinor],
    ] as const) {
      const name = `${account.kind} ${account.owner} ${account.currency}`;
      const balanceMinor = (balances.get(name) ?? (await balanceOf(tx, account))) + change;
      balances.set(name, balanceMinor);
      const leastMinor = await leastOf(tx, account);
      if (leastMinor !== undefined && change < 0n && balanceMinor < leastMinor)
        throw new ProtocolError('INSUFFICIENT', `correction.postings: ${account.kind} does not have it`);
    }
}

async function balanceOf(tx: StoreTransaction, account: AccountName): Promise<bigint> {
  if (!CORRECTABLE.includes(account.kind))
    throw new ProtocolError('BAD_KEY', `correction.postings: ${account.kind} is not corrected by hand`);
  if (OWN.includes(account.kind) !== (account.owner === ''))
    throw new ProtocolError('BAD_KEY', `correction.postings: ${account.kind}, no such owner`);
  if (account.kind === 'publisher-payable' && (await tx.findPublisher(account.owner)) === undefined)
    throw new ProtocolError('BAD_KEY', 'correction.postings: no such publisher');
  return (await tx.cards.findAccount(account))?.balanceMinor ?? 0n;
}

/** The lowest balance that an account may come to; `undefined` for those that may owe. */
async function leastOf(tx: StoreTransaction, { kind, owner, currency }: AccountName): Promise<bigint | undefined> {
  if (kind !== 'player-prepaid' && kind !== 'player-postpaid') return undefined;
  const player = /^[0-9a-f]{32}$/.test(owner)
    ? await tx.findPlayer(Uint8Array.from(Buffer.from(owner, 'hex')))
    : undefined;
  if (player === undefined || playerAccount(player).kind !== kind || player.currency !== currency)
    throw new ProtocolError('BAD_KEY', 'correction.postings: no such player, plan or currency');
  return kind === 'player-prepaid' ? 0n : -player.ceilingMinor;
}
