/** `@coinslot/server`: see README.md for what this room is and is not. */
export {
  createPaymentServer,
  type PaymentServer,
  type PaymentServerOptions,
  type PaymentServerService,
} from './payment-server.ts';
export type { CardCertifier, CardToCertify, ListToSign } from './cards/issuers.ts';
export { CARD_POLICY, type CardPolicy, type CardTerms } from './cards/policy.ts';
export { issuerEncryptionKey, type IssuerKey } from './escrows/deciders.ts';
export type { ListedCard } from './cards/service.ts';
export type { ClaimOutcome, PresentedClaim } from './cards/claims.ts';
export type { Card, CardClaim, CardRecordOutcome, CardRecordRow } from './cards/types.ts';
export type { PaymentAnswer, ServerHooks } from './payments/service.ts';
export type { SeenPayment } from './payments/admission.ts';
export type { Environment, Identity } from './identity.ts';
export type { BooksReport } from './ledger/books.ts';
export * from './audit/index.ts';
export type { Account, AccountKind, AccountName, CurrencySum, Posting, RecordedTransfer } from './ledger/types.ts';
export type { PlacedDecision } from './payments/types.ts';
export { playerAccount, spendableMinor, type Player, type TopUp } from './players/types.ts';
export type { Publisher } from './publishers/types.ts';
export type { PublisherEnrolment } from './publishers/service.ts';
export type { NewRateTable } from './exchange/types.ts';
export type { Answer } from './http/answer.ts';
export type { Listener } from './http/listener.ts';
export type { ObserveExchange, SeenExchange } from './http/observed.ts';
export { closeHttpServer, createHttpServer, listen } from './http/server.ts';
export { SERVER_LIMITS, type ServerLimits } from './limits.ts';
export type { Clock, Log, Random } from './log.ts';
export { MONEY_POLICY, SANDBOX_MONEY_POLICY, type MoneyPolicy } from './money-policy.ts';
export type { Bill, BillLine, Collection, Mandate } from './bills/types.ts';
export type { Payout, PayoutCurrency, PayoutLine, SignedBankDetails, Withdrawal } from './payouts/types.ts';
export type { NoticeReport } from './payouts/bank-desk.ts';
export type { CorrectionOrder } from './payouts/corrections.ts';
export type { ClosedPeriod } from './periods/service.ts';
export { endOf, nextPeriod, periodOf, startOf } from './periods/calendar.ts';
export { StoreError, type StoreErrorKind, type StoreReader } from './store/port.ts';
export {
  NOTICES_AT_ONCE_MAX,
  ORDERS_PER_FILE_MAX,
  type BankEntry,
  type BankFile,
  type BankFileKind,
  type BankNotice,
  type BankOrder,
  type BankPort,
  type NewBankFile,
  type OwnBank,
  type ReceivedNotice,
} from './bank/types.ts';
export { ACQUIRER_COLUMNS } from './bank/acquirer-csv.ts';
export { writeBankFile } from './bank/files.ts';
export { folderBank } from './bank/folder.ts';
export { endToEndIdOf, messageIdOf } from './bank/ids.ts';
export { readBankNotice } from './bank/notice.ts';
export {
  BANK_XML_LIMITS,
  elementAt,
  elementsAt,
  readXml,
  textAt,
  writeXml,
  type XmlElement,
  type XmlContent,
} from './bank/xml.ts';
