/** Requests about the account and the signed statements that answer them. */
import {
  accountRequestHash,
  CODES,
  decodeAccountStatement,
  equalBytes,
  ProtocolError,
  readEnvelope,
  type AccountStatement,
  type CodeName,
} from '@coinslot/protocol';
import { WalletError } from '../errors.ts';
import { WALLET_LIMITS } from '../limits.ts';
import { MESSAGE_CONTENT_TYPE, type HttpAnswer, type HttpDoor } from '../means/http-door.ts';
import { openFromServer, type Trust } from './server-envelope.ts';

const PATHS = { enrolment: '/v1/enrolments', 'account-request': '/v1/accounts' } as const;

export interface Answered {
  readonly envelope: Uint8Array;
  readonly statement: AccountStatement;
}

/**
 * Posts an envelope about the account. Throws SERVER_UNREACHABLE without an answer, or the server's refusal as a
 * ProtocolError, which is unsigned and believed no further than that it was not done.
 */
export async function askAccount(
  door: HttpDoor,
  kind: keyof typeof PATHS,
  envelope: Uint8Array,
  nowMs: number,
  trust: Trust,
): Promise<Answered> {
  const answer = await door.post(PATHS[kind], envelope, WALLET_LIMITS.attemptMs);
  const isDone = answer.status === 200 || answer.status === 201;
  if (!isDone || answer.contentType !== MESSAGE_CONTENT_TYPE) throw refusalOf(answer);
  const statement = openStatement(answer.body, nowMs, trust);
  if (!equalBytes(statement.requestHash, accountRequestHash(readEnvelope(envelope).body))) {
    throw new ProtocolError('DECISION_MISMATCH', 'AccountStatement.requestHash: answers another request');
  }
  return { envelope: answer.body, statement };
}

/** Verifies a statement. Throws the protocol's first code that fails. */
export function openStatement(envelope: Uint8Array, atMs: number, trust: Trust): AccountStatement {
  return decodeAccountStatement(openFromServer(envelope, 'account-statement', atMs, trust).body);
}

/** What an answer that is no message says: the server's code, unsigned, or that it is of no use. */
export function refusalOf(answer: HttpAnswer): Error {
  const code = codeIn(answer);
  return code === undefined
    ? new WalletError('SERVER_UNREACHABLE', `payment server: answered ${answer.status}`)
    : new ProtocolError(code, `payment server: refused with ${code}`);
}

function codeIn({ contentType, body }: HttpAnswer): CodeName | undefined {
  if (contentType !== 'application/json') return undefined;
  try {
    const { code } = JSON.parse(new TextDecoder().decode(body)) as { code?: unknown };
    return typeof code === 'string' && Object.hasOwn(CODES, code) ? (code as CodeName) : undefined;
  } catch {
    return undefined;
  }
}
