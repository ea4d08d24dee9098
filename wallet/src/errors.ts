/**
 * What goes wrong on the player's own side: files, the PIN, the port. Codes of the protocol stay `ProtocolError`s; these
 * never travel to a game or a server.
 */
export type WalletFault =
  /** Another wallet that is still running holds the profile. */
  | 'PROFILE_BUSY'
  /** A file of the profile is not what was written, or others may read it. */
  | 'PROFILE_DAMAGED'
  | 'NOT_SET_UP'
  | 'ALREADY_SET_UP'
  /** Something else listens on the wallet's port. */
  | 'PORT_TAKEN'
  /** Not an acceptable new PIN. */
  | 'PIN_FORM'
  | 'PIN_WRONG'
  /** Too many wrong PINs: nothing is compared before `retryAtMs`. */
  | 'PIN_DELAYED'
  /** Not an acceptable new password. */
  | 'PASSWORD_FORM'
  | 'PASSWORD_WRONG'
  /** Too many wrong passwords: nothing is compared before `retryAtMs`. */
  | 'PASSWORD_DELAYED'
  /** The system's keychain has the machine's secret and does not give it. */
  | 'KEYCHAIN_SHUT'
  /** Not a recovery phrase, or not the one of this wallet. */
  | 'PHRASE_WRONG'
  /** Not the card's own PIN; the card counts. */
  | 'CARD_PIN_WRONG'
  /** The vault has to be opened with the PIN first. */
  | 'LOCKED'
  /** The payment server did not answer, or not with a signed answer. */
  | 'SERVER_UNREACHABLE'
  /** A request of the page that cannot be carried out as it stands. */
  | 'BAD_REQUEST'
  /** What the request is about is gone: answered elsewhere, timed out, or its game left. */
  | 'GONE';

export interface WalletErrorOptions {
  cause?: unknown;
  /** One sentence that tells a person what to do next. */
  hint?: string;
  /** For PIN_DELAYED and PASSWORD_DELAYED: when the next try is taken, ms. */
  retryAtMs?: number;
  /** For SERVER_UNREACHABLE: not a byte has left. */
  neverSent?: boolean;
  /** For CARD_PIN_WRONG: what the card still takes. */
  triesLeft?: number;
}

/** A fault with a code, a message that names the thing, and where possible a hint. */
export class WalletError extends Error {
  readonly code: WalletFault;
  readonly hint: string | undefined;
  readonly retryAtMs: number | undefined;
  readonly neverSent: boolean;
  readonly triesLeft: number | undefined;

  constructor(code: WalletFault, message: string, options: WalletErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'WalletError';
    this.code = code;
    this.hint = options.hint;
    this.retryAtMs = options.retryAtMs;
    this.neverSent = options.neverSent ?? false;
    this.triesLeft = options.triesLeft;
  }
}
