/** Writes what the bank tells: `camt.054.001.08`. */
import { plainAmount } from '@coinslot/protocol';
import { writeXml, type XmlContent } from '@coinslot/server';

/** One booking, or one order turned down, as it is told. */
export interface Told {
  readonly bankReference: string;
  readonly direction: 'in' | 'out';
  readonly isBooked: boolean;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly endToEndId: string | undefined;
  /** Of the file that ordered it. */
  readonly messageId: string | undefined;
  readonly mandateId: string | undefined;
  readonly otherHolder: string;
  /** An IBAN, or something that is none and is not told. */
  readonly otherAccount: string;
  readonly remittance: string;
  /** Of a return. */
  readonly reason: string | undefined;
  readonly code: TransactionCode;
}

/** Family and sub-family of ISO 20022's bank transaction codes, domain PMNT. */
export type TransactionCode = readonly [family: string, subFamily: string];

export interface NewNotice {
  readonly messageId: string;
  readonly createdAtMs: number;
  readonly ownIban: string;
  readonly currency: string;
  readonly told: readonly Told[];
  /** Booked as one, with the parts inside. */
  readonly isBatch: boolean;
}

export function writeNotice(notice: NewNotice): Uint8Array {
  const { messageId, ownIban, currency, told, isBatch } = notice;
  const createdAt = new Date(notice.createdAtMs).toISOString();
  const day = createdAt.slice(0, 10);
  const id = ownIban === '' ? { Othr: { Id: 'COINSLOT' } } : { IBAN: ownIban };
  const content: XmlContent = {
    GrpHdr: { MsgId: messageId, CreDtTm: createdAt },
    Ntfctn: {
      Id: messageId,
      CreDtTm: createdAt,
      Acct: { Id: id, Ccy: currency },
      Ntry: isBatch ? [batchEntry(told, messageId, day)] : told.map((one) => entry([one], one, day)),
    },
  };
  return writeXml({
    Document: { '@xmlns': 'urn:iso:std:iso:20022:tech:xsd:camt.054.001.08', BkToCstmrDbtCdtNtfctn: content },
  });
}

function batchEntry(told: readonly Told[], bankReference: string, day: string): XmlContent {
  const amountMinor = told.reduce((sum, one) => sum + one.amountMinor, 0n);
  return entry(told, { ...(told[0] as Told), amountMinor, bankReference }, day);
}

function entry(parts: readonly Told[], whole: Told, day: string): XmlContent {
  const [family, subFamily] = whole.code;
  return {
    Amt: amount(whole),
    CdtDbtInd: indicator(whole),
    RvslInd: whole.reason !== undefined && whole.isBooked ? 'true' : undefined,
    Sts: { Cd: whole.isBooked ? 'BOOK' : 'INFO' },
    BookgDt: { Dt: day },
    ValDt: { Dt: day },
    AcctSvcrRef: whole.bankReference,
    BkTxCd: { Domn: { Cd: 'PMNT', Fmly: { Cd: family, SubFmlyCd: subFamily } } },
    NtryDtls: { TxDtls: parts.map(details) },
  };
}

function details(told: Told): XmlContent {
  const { messageId, endToEndId, mandateId, direction, otherHolder, otherAccount, remittance, reason } = told;
  const side = direction === 'in' ? 'Dbtr' : 'Cdtr';
  const isAccount = /^[A-Z]{2}\d{2}/.test(otherAccount);
  return {
    Refs: { MsgId: messageId, EndToEndId: endToEndId ?? 'NOTPROVIDED', MndtId: mandateId },
    Amt: amount(told),
    CdtDbtInd: indicator(told),
    RltdPties:
      otherHolder === '' && !isAccount
        ? undefined
        : {
            [side]: otherHolder === '' ? undefined : { Pty: { Nm: otherHolder } },
            [`${side}Acct`]: isAccount ? { Id: { IBAN: otherAccount } } : undefined,
          },
    RmtInf: remittance === '' ? undefined : { Ustrd: remittance },
    RtrInf: reason === undefined ? undefined : { Rsn: { Cd: reason } },
  };
}

const amount = ({ amountMinor, currency }: Told): XmlContent => ({
  '@Ccy': currency,
  '#text': plainAmount({ amountMinor, currency }),
});

const indicator = ({ direction }: Told): string => (direction === 'in' ? 'CRDT' : 'DBIT');
