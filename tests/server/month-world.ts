/** A market over several months: a bank that keeps what it is handed, purchases at any time, and what parties sign about money. */
import {
  decodePaymentDecision,
  encodeBankDetails,
  encodePaymentMandate,
  readEnvelope,
  sealEnvelope,
  type BankDetails,
  type PaymentDecision,
  type PaymentMandate,
} from '@coinslot/protocol';
import type { BankFile, BankPort, ClosedPeriod, OwnBank, ReceivedNotice } from '@coinslot/server';
import { makeOffer, makeRequest, type Holder, type Player } from '../lib/parties.ts';
import { startMarket, type StartOptions, type Started } from './started-server.ts';

export const OWN_BANK: OwnBank = {
  name: 'Coinslot Test',
  iban: 'DE02120300000000202051',
  bic: 'BYLADEM1001',
  creditorId: 'DE98ZZZ09999999999',
};
export const PUBLISHERS_IBAN = 'DE89370400440532013000';
export const PLAYERS_IBAN = 'DE75512108001245126199';

/** What was handed over, by message id, and how often; and what the bank has to say. */
export interface TestBank extends BankPort {
  readonly files: Map<string, string>;
  readonly hands: string[];
  readonly notices: ReceivedNotice[];
  /** Set to make the next handing fail. */
  down: boolean;
}

export function makeBank(): TestBank {
  const bank: TestBank = {
    files: new Map<string, string>(),
    hands: [],
    notices: [],
    down: false,
    hand({ messageId, bytes }: Pick<BankFile, 'messageId' | 'kind' | 'bytes'>) {
      if (bank.down) return Promise.reject(new Error('the bank does not answer'));
      bank.hands.push(messageId);
      bank.files.set(messageId, new TextDecoder().decode(bytes));
      return Promise.resolve();
    },
    listNotices: (after) => Promise.resolve(bank.notices.filter(({ name }) => name > after)),
  };
  return bank;
}

export interface Month extends Started {
  readonly bank: TestBank;
}

/** A market with a bank, from a time on; rates of that day. */
export async function startMonth(options: StartOptions = {}): Promise<Month> {
  const bank = makeBank();
  return { ...(await startMarket({ bank, ownBank: OWN_BANK, ...options })), bank };
}

let purchases = 0;

export interface Purchase {
  by?: Holder;
  amountMinor?: bigint;
  currency?: string;
  /** In the player's currency, where it is another. */
  chargeMinor?: bigint;
  rateTableId?: number;
  gameId?: string;
}

/** Buys now, by PIN; the decision. */
export async function buy(started: Started, player: Player, purchase: Purchase = {}): Promise<PaymentDecision> {
  const { by = started.publisher, amountMinor = 20n, currency = 'EUR', gameId = 'demo-game' } = purchase;
  const offer = makeOffer(by, {
    atMs: started.time.nowMs,
    nonce: `${started.storePath} ${purchases++}`,
    quote: { amountMinor, currency },
    terms: { gameId },
  });
  const request = makeRequest(player, started.holder, offer, {
    proof: 'pin',
    chargeMinor: purchase.chargeMinor ?? amountMinor,
    rateTableId: purchase.rateTableId ?? 0,
  });
  const answer = await started.server.decide(request);
  if (answer.kind !== 'decided') throw new Error(answer.kind);
  return decodePaymentDecision(readEnvelope(answer.decision).body);
}

/** As `buy`; throws unless it was approved. */
export async function mustBuy(started: Started, player: Player, purchase: Purchase = {}): Promise<PaymentDecision> {
  const decision = await buy(started, player, purchase);
  if (decision.code !== 'APPROVED') throw new Error(decision.code);
  return decision;
}

/** Envelope `bank-details`. */
export function makeBankDetails(
  { holder, time, publisher }: Started,
  fields: Partial<BankDetails> = {},
  by: Holder = publisher,
): Uint8Array {
  const details: BankDetails = {
    publisherId: by.id,
    number: 1,
    holder: 'Lumen Works',
    iban: PUBLISHERS_IBAN,
    bic: '',
    payoutCurrency: 'EUR',
    timeMs: time.nowMs,
    audience: holder.keyHash,
    ...fields,
  };
  return sealEnvelope('bank-details', encodeBankDetails(details), by.signer, by.chain);
}

/** Envelope `payment-mandate`, for debits when nothing else is said. */
export function makeMandate(
  { holder, time }: Started,
  player: Player,
  fields: Partial<PaymentMandate> = {},
): Uint8Array {
  const way = fields.way ?? 'bank-debit';
  const mandate: PaymentMandate = {
    userId: player.userId,
    number: 1,
    way,
    mandateId: 'M-1',
    holder: way === 'bank-debit' ? 'Ada Player' : '',
    iban: way === 'bank-debit' ? PLAYERS_IBAN : '',
    token: way === 'card-on-file' ? 'card-1' : '',
    timeMs: time.nowMs,
    audience: holder.keyHash,
    ...fields,
  };
  return sealEnvelope('payment-mandate', encodePaymentMandate(mandate), player.pin, []);
}

/** Goes to a time after the end of a month, and closes it. */
export async function closeAt(month: Started, period: number, atMs: number): Promise<ClosedPeriod> {
  month.time.nowMs = atMs;
  return month.server.service.periods.close(period);
}

// ---------------------------------------------------------------- what a bank says

export interface ToldEntry {
  reference: string;
  endToEndId?: string;
  amount: string;
  currency?: string;
  direction?: 'in' | 'out';
  /** ISO 20022 reason of a return. */
  returned?: string;
  /** False: turned down before it was booked. */
  booked?: boolean;
  remittance?: string;
}

/** A camt.054 with these entries. */
export function camt(...entries: readonly ToldEntry[]): Uint8Array {
  const told = entries.map((entry) => {
    const { reference, endToEndId = 'NOTPROVIDED', amount, currency = 'EUR', direction = 'in', returned } = entry;
    const reason = returned === undefined ? '' : `<RtrInf><Rsn><Cd>${returned}</Cd></Rsn></RtrInf>`;
    const remittance = entry.remittance === undefined ? '' : `<RmtInf><Ustrd>${entry.remittance}</Ustrd></RmtInf>`;
    return (
      `<Ntry><Amt Ccy="${currency}">${amount}</Amt><CdtDbtInd>${direction === 'in' ? 'CRDT' : 'DBIT'}</CdtDbtInd>` +
      `<Sts><Cd>${entry.booked === false ? 'INFO' : 'BOOK'}</Cd></Sts><BookgDt><Dt>2026-04-09</Dt></BookgDt>` +
      `<AcctSvcrRef>${reference}</AcctSvcrRef><BkTxCd/><NtryDtls><TxDtls>` +
      `<Refs><EndToEndId>${endToEndId}</EndToEndId></Refs>${remittance}${reason}</TxDtls></NtryDtls></Ntry>`
    );
  });
  return new TextEncoder().encode(
    `<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08">` +
      `<BkToCstmrDbtCdtNtfctn><GrpHdr><MsgId>N-1</MsgId><CreDtTm>2026-04-09T01:02:03Z</CreDtTm></GrpHdr>` +
      `<Ntfctn><Id>N-1-1</Id><Acct><Id><IBAN>${OWN_BANK.iban}</IBAN></Id></Acct>${told.join('')}</Ntfctn>` +
      `</BkToCstmrDbtCdtNtfctn></Document>`,
  );
}
