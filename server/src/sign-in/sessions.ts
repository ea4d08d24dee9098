/**
 * Sessions of the server's pages: bounded, ended by half an hour of quiet and by half a day at the latest. What a browser holds is 32
 * random bytes; what is kept is their hash, so that nobody who reads the store can go on as them. They are in the store: a restart
 * ends none, and any server of the store knows them.
 */
import { createHash } from 'node:crypto';
import type { Random } from '../log.ts';
import type { PassParts } from './links.ts';
import type { Pass } from './store.ts';
import { nameOf, subjectOf, type Subject } from './types.ts';

export interface SessionBounds {
  readonly sessionsMax: number;
  /** Of one player, publisher or of the operator; the one used longest ago ends when there are more. */
  readonly sessionsPerSubjectMax: number;
  readonly sessionIdleMs: number;
  readonly sessionLifeMs: number;
}

export interface Session {
  readonly subject: Subject;
  /** What every form of this session carries. */
  readonly formToken: string;
  readonly openedAtMs: number;
}

const SECRET_BYTES = 32;
/** A session that is used again within this part of its quiet time is not written for it. */
const QUIET_PARTS = 30;

export const secretOf = (random: Random): string => Buffer.from(random(SECRET_BYTES)).toString('base64url');
/** Lookups by hash tell nothing of how much of a guess was right. */
export const digestOf = (secret: string): Uint8Array => Uint8Array.from(createHash('sha256').update(secret).digest());
/** Of the cookie, so that it need not be kept; whoever has the one has not the other. */
const formTokenOf = (secret: string): string =>
  createHash('sha256').update('coinslot form\0').update(secret).digest('base64url');

export class Sessions {
  readonly #bounds: SessionBounds;
  readonly #parts: PassParts;

  constructor(bounds: SessionBounds, parts: PassParts) {
    this.#bounds = bounds;
    this.#parts = parts;
  }

  /** A new session; the secret is for its cookie and is not kept. */
  async open(subject: Subject): Promise<{ readonly secret: string; readonly session: Session }> {
    const { commit, clock, random } = this.#parts;
    const { sessionsMax, sessionsPerSubjectMax } = this.#bounds;
    const [secret, openedAtMs, name] = [secretOf(random), clock(), nameOf(subject)];
    await commit.submit(async ({ passes }) => {
      await passes.forgetPasses('session', openedAtMs);
      await passes.trimPasses('session', sessionsPerSubjectMax - 1, name);
      if ((await passes.countPasses('session')) >= sessionsMax) await passes.trimPasses('session', sessionsMax - 1);
      const untilMs = this.#untilMs(openedAtMs, openedAtMs);
      await passes.addPass({ kind: 'session', digest: digestOf(secret), subject: name, openedAtMs, untilMs });
    });
    return { secret, session: { subject, formToken: formTokenOf(secret), openedAtMs } };
  }

  /** The session of a cookie, used now; `undefined` for one that never was, or has ended. */
  async find(secret: string): Promise<Session | undefined> {
    const { store, clock } = this.#parts;
    const pass = await store.passes.findPass('session', digestOf(secret));
    const nowMs = clock();
    const subject = pass && subjectOf(pass.subject);
    if (pass === undefined || subject === undefined || nowMs > pass.untilMs) return undefined;
    await this.#use(pass, nowMs);
    return { subject, formToken: formTokenOf(secret), openedAtMs: pass.openedAtMs };
  }

  async end(secret: string): Promise<void> {
    await this.#parts.commit.submit(({ passes }) => passes.removePass('session', digestOf(secret)));
  }

  /** It never comes back when it was ended meanwhile: nothing is added, only moved. */
  async #use({ digest, openedAtMs, untilMs: before }: Pass, nowMs: number): Promise<void> {
    const untilMs = this.#untilMs(openedAtMs, nowMs);
    if (untilMs - before < this.#bounds.sessionIdleMs / QUIET_PARTS) return;
    await this.#parts.commit.submit(({ passes }) => passes.setPassUntil('session', digest, untilMs));
  }

  #untilMs(openedAtMs: number, usedAtMs: number): number {
    const { sessionIdleMs, sessionLifeMs } = this.#bounds;
    return Math.min(openedAtMs + sessionLifeMs, usedAtMs + sessionIdleMs);
  }
}
