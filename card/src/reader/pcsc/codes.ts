/** Numeric codes of PC/SC (pcsc-lite `pcsclite.h`, the same numbers on Windows) and what each means to a caller here. */
import { ReaderError, type ReaderErrorKind } from '../../ports.ts';

export const SUCCESS = 0;
export const SHARING_VIOLATION = 0x8010000b;

interface Code {
  readonly name: string;
  readonly kind: ReaderErrorKind;
}

const CODES = new Map<number, Code>([
  [0x80100001, { name: 'internal error', kind: 'comm' }],
  [0x80100002, { name: 'cancelled', kind: 'timeout' }],
  [0x80100003, { name: 'invalid handle', kind: 'removed' }],
  [0x80100006, { name: 'the service has no room for another client', kind: 'no-service' }],
  [0x80100008, { name: 'answer too long', kind: 'comm' }],
  [0x80100009, { name: 'unknown reader', kind: 'no-reader' }],
  [0x8010000a, { name: 'timed out', kind: 'timeout' }],
  [SHARING_VIOLATION, { name: 'another program uses the card', kind: 'sharing' }],
  [0x8010000c, { name: 'no card in the reader', kind: 'no-card' }],
  [0x8010000f, { name: 'the card does not speak this protocol', kind: 'proto' }],
  [0x80100010, { name: 'reader not ready', kind: 'comm' }],
  [0x80100013, { name: 'communication error', kind: 'comm' }],
  [0x80100016, { name: 'not transacted', kind: 'comm' }],
  [0x80100017, { name: 'reader unplugged', kind: 'no-reader' }],
  [0x80100018, { name: 'the service is stopping', kind: 'no-service' }],
  [0x8010001d, { name: 'no service', kind: 'no-service' }],
  [0x8010001e, { name: 'the service has stopped', kind: 'no-service' }],
  [0x8010002e, { name: 'no readers', kind: 'no-reader' }],
  [0x8010002f, { name: 'bytes were lost', kind: 'comm' }],
  [0x80100065, { name: 'unsupported card', kind: 'proto' }],
  [0x80100066, { name: 'the card does not answer to reset', kind: 'comm' }],
  [0x80100067, { name: 'the card has no power', kind: 'comm' }],
  [0x80100068, { name: 'the card was reset by another program', kind: 'reset' }],
  [0x80100069, { name: 'the card was removed', kind: 'removed' }],
  [0x8010006a, { name: 'not permitted', kind: 'no-service' }],
]);

/** The error of a code; a code that is not listed is `comm`, the kind that promises nothing about the outcome. */
export function errorOf(verb: string, code: number): ReaderError {
  const known = CODES.get(code);
  const number = `0x${code.toString(16).padStart(8, '0')}`;
  return new ReaderError(known?.kind ?? 'comm', `${verb}: ${known?.name ?? 'unknown error'} (${number})`);
}
