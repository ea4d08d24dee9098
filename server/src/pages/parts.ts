/** The server's parts, as its pages see them: reads, and the few things that a form may bring about. */
import type { OwnBank } from '../bank/types.ts';
import type { Environment, Identity } from '../identity.ts';
import type { ServerLimits } from '../limits.ts';
import type { Clock, Log } from '../log.ts';
import type { SignIns } from '../sign-in/service.ts';
import type { RefundReason } from '../refunds/types.ts';
import type { StoreReader } from '../store/port.ts';
import type { Throttle } from '../http/throttle.ts';
import type { NoticeReport } from '../payouts/bank-desk.ts';
import type { ClosedPeriod } from '../periods/service.ts';

/** What a player asks for on a purchase of theirs. */
export interface AskedRefund {
  readonly userId: Uint8Array;
  readonly decisionId: Uint8Array;
  readonly reason: Exclude<RefundReason, 'operator'>;
  readonly text: string;
}

/** What forms bring about. Each throws ProtocolError with the code that the doors would give. */
export interface SiteActions {
  askForRefund(asked: AskedRefund): Promise<void>;
  /** Ends an open request with words; nothing moves. `publisherId` where it is a publisher who answers. */
  declineRefund(decisionId: Uint8Array, answer: string, publisherId?: string): Promise<void>;
  /** The operator gives back one decision, whole. */
  refund(decisionId: Uint8Array, answer: string): Promise<void>;
  closePeriod(period: number, early: boolean): Promise<Pick<ClosedPeriod, 'findings' | 'handingFault'>>;
  /** A bank's notice, as XML. */
  takeNotice(xml: Uint8Array): Promise<Pick<NoticeReport, 'conflicts'>>;
  /** Somebody has looked into these; those that are over, or not there, stay as they are. */
  closeFindings(positions: readonly bigint[]): Promise<void>;
}

/** A certificate that this server works with, and when it ends. */
export interface HeldCertificate {
  readonly name: string;
  readonly notAfterMs: number;
}

export interface SiteParts {
  readonly store: StoreReader;
  readonly actions: SiteActions;
  /** The account that transfers go to; `undefined` where the server has no bank. */
  readonly ownBank: OwnBank | undefined;
  readonly identity: Identity;
  readonly environment: Environment;
  /** Held against price lists, DER. */
  readonly revocationLists: readonly Uint8Array[];
  /** This server's own certificate, and those of its card issuers. */
  readonly certificates: readonly HeldCertificate[];
  readonly signIns: SignIns;
  readonly throttle: Pick<Throttle, 'knock'>;
  /** How long new bank details wait before money goes there. */
  readonly bankDetailsDelayMs: number;
  readonly limits: ServerLimits;
  /** Where a sandbox's test bank is, at the same address. */
  readonly testBankPath: string | undefined;
  /** Where the style sheet and the mark are. */
  readonly assetBase: string;
  readonly clock: Clock;
  readonly log: Log;
}
