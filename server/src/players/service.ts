/** Players' accounts: enrolment, questions, limits, money in, ceilings. */
import {
  accountRequestHash,
  decodeAccountRequest,
  equalBytes,
  LIMITS,
  openSigned,
  ProtocolError,
  readEnvelope,
  requireMoney,
  type AccountRequest,
} from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import { createHash } from 'node:crypto';
import { closeAccount } from '../bills/close-account.ts';
import type { Identity } from '../identity.ts';
import { topUpPostings } from '../ledger/postings.ts';
import type { Clock } from '../log.ts';
import type { GroupCommit } from '../store/group-commit.ts';
import type { StoreReader, StoreTransaction } from '../store/port.ts';
import { enrol, readEnrolment } from './enrolment.ts';
import { requireFresh, type Nonces } from './freshness.ts';
import { instructingKey, registerPassword, requireStanding } from './passwords.ts';
import {
  handOver,
  handOverCountersigned,
  handOverPasswords,
  handOverRefunds,
  handOverRequests,
  sealStatement,
  type Handover,
} from './statement.ts';
import { playerAccount, type Player, type TopUp } from './types.ts';

export interface PlayersOptions {
  readonly identity: Identity;
  readonly store: StoreReader;
  readonly commit: GroupCommit;
  readonly clock: Clock;
  readonly nonces: Nonces;
}

export interface EnrolmentAnswer {
  /** Envelope `account-statement`. */
  readonly statement: Uint8Array;
  readonly fresh: boolean;
}

const BANK_REFERENCE = /^[\x20-\x7e]{1,140}$/;

export class Players {
  readonly #options: PlayersOptions;

  constructor(options: PlayersOptions) {
    this.#options = options;
  }

  /** Throws BAD_ENCODING, TOO_LARGE, BAD_SIGNATURE, BAD_KEY, OFFER_CURRENCY, ID_CONFLICT, CLOCK_SKEW, BUSY or STORAGE. */
  async enrol(envelope: Uint8Array): Promise<EnrolmentAnswer> {
    const { identity, commit, clock } = this.#options;
    const read = readEnrolment(envelope);
    const { player, fresh } = await commit.submit((tx) =>
      enrol(tx, read, ({ audience, timeMs }) => {
        this.#requireOurs(audience, 'Enrolment.audience');
        const nowMs = clock();
        requireFresh(timeMs, nowMs, 'Enrolment.timeMs');
        return nowMs;
      }),
    );
    return { statement: sealStatement(identity, player, read.hash, clock()), fresh };
  }

  /** Envelope `account-statement` for an `account-request`. Throws the codes of `enrol`, and CONSENT_STALE for a used nonce. */
  async answer(envelope: Uint8Array): Promise<Uint8Array> {
    const { identity, store, clock, nonces } = this.#options;
    const { body } = readEnvelope(envelope);
    const request = decodeAccountRequest(body);
    const player = await store.findPlayer(request.userId);
    if (player === undefined)
      throw new ProtocolError('BAD_KEY', 'AccountRequest.userId: nobody is enrolled here by it');
    if (request.ask === 'close') return this.#close(request, player.pinKey, envelope);
    const byPin = request.ask === 'limits' || request.ask === 'password';
    const publicKey = byPin ? player.pinKey : player.accountKey;
    openSigned(envelope, { type: 'account-request', publicKey, verify: nativeVerifySignature });
    this.#requireOurs(request.audience, 'AccountRequest.audience');
    const hash = accountRequestHash(body);
    if (request.ask === 'limits') return this.#changeLimits(request, hash);
    if (request.ask === 'password') return this.#changePassword(request, envelope, hash);
    requireFresh(request.timeMs, clock(), 'AccountRequest.timeMs');
    await nonces.requireNew(request.userId, request.nonce, clock());
    const handover = await this.#handover(request);
    return sealStatement(identity, player, hash, clock(), handover);
  }

  #handover({ ask, userId, after }: AccountRequest): Promise<Handover | undefined> {
    const { store, identity, clock } = this.#options;
    if (ask === 'decisions') return handOver(store, userId, after);
    if (ask === 'refunds') return handOverRefunds(store, userId, after);
    if (ask === 'requests') return handOverRequests(store, userId, after);
    if (ask === 'passwords') return handOverPasswords(store, userId, after);
    if (ask === 'countersignatures') return handOverCountersigned(store, userId, after, { identity, nowMs: clock() });
    return Promise.resolve(undefined);
  }

  /** Acts at once, up or down: the delay before a raise is kept by the wallet, before the PIN key signs. */
  async #changeLimits(request: AccountRequest, hash: Uint8Array): Promise<Uint8Array> {
    const { identity, commit, clock } = this.#options;
    const player = await commit.submit(async (tx) => {
      const known = await requirePlayer(tx, request.userId);
      if (equalBytes(known.limitsHash, hash)) return known; // asked again: its answer was lost
      requireFresh(request.timeMs, clock(), 'AccountRequest.timeMs');
      // Rising times, durably kept: an older change cannot be played again after a newer one.
      if (request.timeMs <= known.limitsTimeMs)
        throw new ProtocolError('CONSENT_STALE', 'AccountRequest.timeMs: not after the last change of limits');
      await tx.setPressLimits(request.userId, request, request.timeMs, hash);
      return requirePlayer(tx, request.userId);
    });
    return sealStatement(identity, player, hash, clock());
  }

  /** From when it holds on, proofs by the PIN key pay nothing, or, with no key, they do again. */
  async #changePassword(request: AccountRequest, envelope: Uint8Array, requestHash: Uint8Array): Promise<Uint8Array> {
    const { identity, commit, clock } = this.#options;
    const player = await commit.submit(async (tx) => {
      const known = await requirePlayer(tx, request.userId);
      await registerPassword(tx, known, { request, envelope, requestHash }, clock());
      return known;
    });
    return sealStatement(identity, player, requestHash, clock());
  }

  /** The same message again is answered as the account stands; what came in since it was closed leaves by a new one. */
  async #close(
    { userId, timeMs, audience }: AccountRequest,
    pinKey: Uint8Array,
    envelope: Uint8Array,
  ): Promise<Uint8Array> {
    const { identity, store, commit, clock } = this.#options;
    const instruction = { type: 'account-request', userId, envelope, key: pinKey } as const;
    const signedBy = await instructingKey(store.passwords, instruction, clock());
    this.#requireOurs(audience, 'AccountRequest.audience');
    const requestHash = accountRequestHash(readEnvelope(envelope).body);
    const player = await commit.submit(async (tx) => {
      const nowMs = clock();
      if ((await tx.periods.findAccountClosing(requestHash)) === undefined) {
        requireFresh(timeMs, nowMs, 'AccountRequest.timeMs');
        await requireStanding(tx.passwords, instruction, signedBy, nowMs);
      }
      await closeAccount(tx, await requirePlayer(tx, userId), { requestHash, envelope, nowMs });
      return requirePlayer(tx, userId);
    });
    return sealStatement(identity, player, requestHash, clock());
  }

  /**
   * Books money that arrived at the bank; for a postpaid player it lowers what is owed. Idempotent by bank reference: the same
   * again changes nothing, anything else under it is ID_CONFLICT, and so is what a bank's notice has booked. Throws BAD_ENCODING, BAD_KEY, OFFER_CURRENCY, OFFER_PRICE.
   */
  async topUp(topUp: TopUp): Promise<Player> {
    requireMoney(topUp.amountMinor, topUp.currency);
    if (topUp.amountMinor === 0n) throw new ProtocolError('OFFER_PRICE', 'topUp.amountMinor: must be above 0');
    if (!BANK_REFERENCE.test(topUp.bankReference))
      throw new ProtocolError('BAD_ENCODING', 'topUp.bankReference: expected 1 ... 140 printable ASCII characters');
    return this.#options.commit.submit((tx) => bookTopUp(tx, topUp, this.#options.clock()));
  }

  /** Sets how much a postpaid player may owe. Throws BAD_KEY, OFFER_CURRENCY, OFFER_PRICE, or CEILING for a prepaid player. */
  async setCeiling(userId: Uint8Array, ceilingMinor: bigint, currency: string): Promise<Player> {
    requireMoney(ceilingMinor, currency);
    return this.#options.commit.submit(async (tx) => {
      const player = await requirePlayer(tx, userId);
      requireCurrency(player, currency);
      if (player.plan !== 'postpaid') throw new ProtocolError('CEILING', 'a prepaid player has no ceiling');
      await tx.setCeiling(userId, ceilingMinor);
      return requirePlayer(tx, userId);
    });
  }

  #requireOurs(audience: Uint8Array, field: string): void {
    if (!equalBytes(audience, this.#options.identity.audience))
      throw new ProtocolError('BAD_KEY', `${field}: not this server's key`);
  }
}

async function bookTopUp(tx: StoreTransaction, topUp: TopUp, nowMs: number): Promise<Player> {
  const { userId, amountMinor, currency, bankReference } = topUp;
  const known = await tx.findTopUp(bankReference);
  if (known !== undefined) {
    const isSame = equalBytes(known.userId, userId) && known.amountMinor === amountMinor && known.currency === currency;
    if (isSame) return requirePlayer(tx, userId);
    throw new ProtocolError('ID_CONFLICT', 'topUp.bankReference: booked already, with other particulars');
  }
  if ((await tx.periods.findBankEntry(bankReference)) !== undefined)
    throw new ProtocolError('ID_CONFLICT', "topUp.bankReference: booked already, from the bank's notice", {
      hint: 'what waits in suspense is given to its player there',
    });
  const player = await requirePlayer(tx, userId);
  requireCurrency(player, currency);
  if (player.balanceMinor + amountMinor > LIMITS.amountMinorMax)
    throw new ProtocolError('OFFER_PRICE', 'topUp.amountMinor: the balance would leave 2^53-1');
  const reference = Uint8Array.from(createHash('sha256').update(bankReference).digest());
  const postings = topUpPostings(playerAccount(player), amountMinor);
  await tx.addTopUp(topUp, { kind: 'top-up', reference, atMs: nowMs, postings });
  return requirePlayer(tx, userId);
}

async function requirePlayer(tx: StoreTransaction, userId: Uint8Array): Promise<Player> {
  const player = await tx.findPlayer(userId);
  if (player === undefined) throw new ProtocolError('BAD_KEY', 'userId: nobody is enrolled here by it');
  return player;
}

function requireCurrency(player: Player, currency: string): void {
  if (player.currency !== currency)
    throw new ProtocolError('OFFER_CURRENCY', `currency: this account is in ${player.currency}`);
}
