/**
 * What the wallet knows and the game has lost: decisions on offers that were left in flight, and everything owned. Both
 * work without the player, and neither opens anything that does not verify.
 */
import type { CodeName } from '@coinslot/protocol';
import { acceptDecision, checksOf } from '../late.ts';
import { codeOf } from './errors.ts';
import type { Answer, Desk } from './desk.ts';
import type { Flight } from './flights.ts';
import type { Entitlement } from './types.ts';

const ANSWER_TIMEOUT_MS = 10_000;

/** `undecided`: ask again later. */
export type Landing = 'landed' | 'undecided';

/** Asks for the decision on an offer that was left in flight. */
export async function landFlight(desk: Desk, flight: Flight): Promise<Landing> {
  const { clock } = desk.parts.ports;
  return converse<Landing>(
    desk,
    'undecided',
    (seq) => desk.send('status', { seq, nonce: flight.nonce }),
    async (answer) => {
      if (answer.kind === 'decision') {
        await acceptDecision(desk, answer.decision, flight);
        return 'landed';
      }
      if (answer.kind === 'refusal' && answer.charged === 'no') {
        await desk.parts.flights.land(flight.nonce);
        return 'landed';
      }
      return 'undecided';
    },
    clock.after.bind(clock),
  );
}

export interface Restoration {
  readonly entitlements: readonly Entitlement[];
  readonly refused: readonly CodeName[];
  /** False when the wallet did not answer to the end. */
  readonly complete: boolean;
}

/** Has every entitlement of this game handed over again, under a fresh challenge. */
export async function restoreAll(desk: Desk): Promise<Restoration> {
  const { ports, verifier } = desk.parts;
  const { publicKeyOf } = await verifier();
  const challenge = ports.random(32);
  const sessionSecret = ports.random(32);
  const session: Session = { challenge, sessionKey: publicKeyOf(sessionSecret), sessionSecret };
  const { sessionKey } = session;
  const entitlements: Entitlement[] = [];
  const refused: CodeName[] = [];
  const complete = await converse(
    desk,
    false,
    (seq) => desk.send('restore', { seq, challenge, sessionKey }),
    async (answer) => {
      if (answer.kind !== 'restored') return answer.kind === 'refusal' ? false : undefined;
      for (const envelope of answer.restored) {
        const taken = await takeRestored(desk, envelope, session);
        if (typeof taken === 'string') refused.push(taken);
        else entitlements.push(taken);
      }
      return answer.more === 1 ? undefined : true;
    },
    ports.clock.after.bind(ports.clock),
  );
  return { entitlements, refused, complete };
}

/** What a Restored message is asked for with. */
interface Session {
  readonly challenge: Uint8Array;
  readonly sessionKey: Uint8Array;
  readonly sessionSecret: Uint8Array;
}

async function takeRestored(
  desk: Desk,
  envelope: Uint8Array,
  { challenge, sessionKey, sessionSecret }: Session,
): Promise<Entitlement | CodeName> {
  const { ports, verifier, entitlements } = desk.parts;
  try {
    const { grant, consumed, sealedKey, ...bytes } = (await verifier()).verifyRestored(
      envelope,
      challenge,
      sessionKey,
      ports.clock.nowMs(),
    );
    const isNew = !entitlements.has(grant.decisionId);
    const contentKey = sealedKey && { sealedKey, sessionSecret };
    const entitlement = await entitlements.add(grant, bytes, consumed, contentKey);
    desk.passed('restored', envelope, checksOf());
    if (isNew) desk.changed({ kind: 'restored', entitlement });
    return entitlement;
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    desk.passed('restored', envelope, checksOf(error));
    return code;
  }
}

/** One question and its answers, until one of them settles it, the link drops or nothing comes. */
function converse<T>(
  desk: Desk,
  otherwise: T,
  send: (seq: number) => boolean,
  hear: (answer: Answer) => Promise<T | undefined>,
  after: (delayMs: number, run: () => void) => () => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let order: Promise<void> = Promise.resolve();
    const question = desk.ask((answer) => {
      // In order: the last of several frames must not settle it before the others were taken in.
      order = order
        .then(async () => {
          const settled = await hear(answer);
          if (settled !== undefined) end(() => resolve(settled));
        })
        .catch((error: unknown) => end(() => reject(error instanceof Error ? error : new Error(String(error)))));
    });
    const end = (settle: () => void): void => {
      question.hangUp();
      callOff();
      stopListening();
      settle();
    };
    const callOff = after(ANSWER_TIMEOUT_MS, () => end(() => resolve(otherwise)));
    const stopListening = desk.parts.events.on('wallet', (state) => state !== 'ready' && end(() => resolve(otherwise)));
    if (!send(question.seq)) end(() => resolve(otherwise));
  });
}
