/** What a card or its reader says, as the protocol's codes. Total: whatever comes back has a code. */
import { ProtocolError, type Charged, type CodeName } from '@coinslot/protocol';
import { SW } from '../applet/status-words.ts';
import type { CommandName } from '../applet/commands.ts';
import type { ReaderError, ReaderErrorKind } from '../ports.ts';

/** A command that did not come to its end, with the code that says why and whether money has moved. */
export class CardTerminalError extends ProtocolError {
  /** What the card answered; absent when it did not. */
  readonly statusWord: number | undefined;
  /** After a wrong PIN or unblock code. */
  readonly triesLeft: number | undefined;

  constructor(
    code: CodeName,
    message: string,
    details: { charged?: Charged; statusWord?: number; cause?: unknown; hint?: string } = {},
  ) {
    const { statusWord, ...options } = details;
    super(code, message, options);
    this.name = 'CardTerminalError';
    this.statusWord = statusWord;
    this.triesLeft = statusWord !== undefined && isTriesLeft(statusWord) ? statusWord & 0x0f : undefined;
  }
}

export const isTriesLeft = (statusWord: number): boolean => (statusWord & 0xfff0) === SW.TRIES_LEFT;

/** Commands after which something lasting may have happened although no answer came. */
const LASTING: readonly CommandName[] = [
  'DEBIT_FOR_PURCHASE',
  'CREDIT_FOR_LOAD',
  'PERSONALISE',
  'PUT_PARAMETERS',
  'PUT_RATES',
  'PUT_CONTENT_KEYS',
  'CHANGE_REFERENCE_DATA',
  'RESET_RETRY_COUNTER',
];

const READER_CODES: Record<ReaderErrorKind, CodeName> = {
  removed: 'CARD_ABSENT',
  'no-card': 'CARD_ABSENT',
  'no-reader': 'CARD_ABSENT',
  'no-service': 'CARD_ABSENT',
  sharing: 'BUSY',
  // Another client has reset the card: what was selected and verified is gone, and the same again may work.
  reset: 'BUSY',
  timeout: 'CARD_STATE',
  comm: 'CARD_TORN',
  proto: 'CARD_STATE',
};

const HINTS: Partial<Record<ReaderErrorKind, string>> = {
  removed: 'put the card back in',
  'no-card': 'put the card in',
  'no-reader': 'plug the reader in',
  'no-service': 'start the smart card service of this computer',
  sharing: 'close the other program that uses the card',
};

/** These mean that the command never left: a card that is not there cannot have done anything. */
const NEVER_SENT: readonly ReaderErrorKind[] = ['no-card', 'no-reader', 'no-service', 'sharing'];

/**
 * A reader's error while `command` was on its way; without one, while the reader was opened.
 * @param isAnswered The card has answered a part of it already.
 */
export function fromReader(error: ReaderError, command?: CommandName, isAnswered = false): CardTerminalError {
  const hint = HINTS[error.kind];
  const details = { cause: error, ...(hint !== undefined && { hint }) };
  const isSent = isAnswered || !NEVER_SENT.includes(error.kind);
  if (command !== undefined && LASTING.includes(command) && isSent) {
    const charged = command === 'DEBIT_FOR_PURCHASE' ? 'unknown' : 'no';
    return new CardTerminalError('CARD_TORN', `${command}: no answer (${error.message})`, { ...details, charged });
  }
  return new CardTerminalError(READER_CODES[error.kind], `card: ${error.message}`, { ...details, charged: 'no' });
}

const STATUS_CODES: Readonly<Record<number, CodeName>> = {
  [SW.STORAGE]: 'STORAGE',
  [SW.PIN_BLOCKED]: 'CARD_LOCKED',
  [SW.WRONG_LENGTH]: 'BAD_ENCODING',
  [SW.WRONG_DATA]: 'BAD_ENCODING',
  [SW.SECURITY]: 'BAD_SIGNATURE',
  [SW.NO_APPLICATION]: 'CARD_ABSENT',
  [SW.RECORD_FULL]: 'RECORD_FULL',
  [SW.INSUFFICIENT]: 'INSUFFICIENT',
  [SW.CEILING]: 'CEILING',
  [SW.RATE_STALE]: 'RATE_STALE',
  [SW.ID_CONFLICT]: 'ID_CONFLICT',
  [SW.CLOCK_SKEW]: 'CLOCK_SKEW',
  [SW.BLOCKED]: 'CARD_BLOCKED',
  [SW.EXPIRED]: 'CHAIN_EXPIRED',
  [SW.FORK]: 'CARD_FORK',
  [SW.KEY_ABSENT]: 'KEY_ABSENT',
};

/** A status word means what its command makes of it; these mean something else than above. */
const STATUS_CODES_OF: Partial<Record<CommandName, Readonly<Record<number, CodeName>>>> = {
  DEBIT_FOR_PURCHASE: { [SW.SECURITY]: 'CONSENT_REQUIRED' },
  CREDIT_FOR_LOAD: { [SW.NOT_FOUND]: 'RECORD_GAP' },
  GET_TRANSACTION_PROOF: { [SW.CLOCK_SKEW]: 'RECORD_GAP' },
};

/**
 * How the applet refuses a debit: by a check before anything is recorded, or, the first three, by a signed refusal. Whatever
 * else comes back may be the remains of an approval: a cut answer, a lost store, a card that is not this applet.
 */
const DEBIT_REFUSALS: readonly number[] = [
  SW.INSUFFICIENT,
  SW.CEILING,
  SW.RATE_STALE,
  SW.WRONG_LENGTH,
  SW.CHANNEL,
  SW.CHAIN_END_EXPECTED,
  SW.CHAINING,
  SW.SECURITY,
  SW.CONDITIONS,
  SW.WRONG_DATA,
  SW.RECORD_FULL,
  SW.WRONG_P1P2,
  SW.NOT_FOUND,
  SW.INSTRUCTION,
  SW.CLASS,
  SW.ID_CONFLICT,
  SW.CLOCK_SKEW,
  SW.BLOCKED,
  SW.EXPIRED,
  SW.FORK,
  SW.KEY_ABSENT,
];

/** A card's refusal of `command`. */
export function fromStatus(statusWord: number, command: CommandName): CardTerminalError {
  const said = `${command}: ${statusWord.toString(16).padStart(4, '0')}`;
  if (command === 'DEBIT_FOR_PURCHASE' && !DEBIT_REFUSALS.includes(statusWord))
    return new CardTerminalError('CARD_TORN', said, { statusWord, charged: 'unknown' });
  if (isTriesLeft(statusWord)) return new CardTerminalError('CONSENT_DENIED', `${said}, not the PIN`, { statusWord });
  const code = STATUS_CODES_OF[command]?.[statusWord] ?? STATUS_CODES[statusWord] ?? 'CARD_STATE';
  // The record that would tell has gone up.
  const isForgotten = command === 'GET_TRANSACTION_PROOF' && statusWord === SW.CLOCK_SKEW;
  return new CardTerminalError(code, said, { statusWord, charged: isForgotten ? 'unknown' : 'no' });
}

/** An answer that this applet never gives. After a debit it proves nothing about the debit. */
export function malformed(command: CommandName, what: string, cause?: unknown): CardTerminalError {
  const isDebit = command === 'DEBIT_FOR_PURCHASE';
  const details = { charged: isDebit ? 'unknown' : 'no', cause } as const;
  return new CardTerminalError(isDebit ? 'CARD_TORN' : 'CARD_STATE', `${command}: ${what}`, details);
}
