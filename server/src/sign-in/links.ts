/** One-time links: what a signed `sign-in` is answered with. Kept by hash, for a minute, and a bounded number of them; in the store, so that any of its servers opens them, and one of them once. */
import type { Clock, Random } from '../log.ts';
import type { GroupCommit } from '../store/group-commit.ts';
import { digestOf, secretOf } from './sessions.ts';
import type { PassReader } from './store.ts';
import { nameOf, subjectOf, type Subject } from './types.ts';

export interface LinkBounds {
  readonly signInLinksMax: number;
  readonly signInLinkLifeMs: number;
}

export interface PassParts {
  readonly store: { readonly passes: PassReader };
  readonly commit: GroupCommit;
  readonly clock: Clock;
  readonly random: Random;
}

export class SignInLinks {
  readonly #bounds: LinkBounds;
  readonly #parts: PassParts;

  constructor(bounds: LinkBounds, parts: PassParts) {
    this.#bounds = bounds;
    this.#parts = parts;
  }

  /** A key for one use; the oldest unused one is forgotten when there are too many. */
  async make(subject: Subject): Promise<string> {
    const { commit, clock, random } = this.#parts;
    const { signInLinksMax, signInLinkLifeMs } = this.#bounds;
    const key = secretOf(random);
    const openedAtMs = clock();
    const pass = {
      digest: digestOf(key),
      subject: nameOf(subject),
      openedAtMs,
      untilMs: openedAtMs + signInLinkLifeMs,
    };
    await commit.submit(async ({ passes }) => {
      await passes.forgetPasses('link', openedAtMs);
      if ((await passes.countPasses('link')) >= signInLinksMax) await passes.trimPasses('link', signInLinksMax - 1);
      await passes.addPass({ kind: 'link', ...pass });
    });
    return key;
  }

  /** Whose link it is, without using it up: the page asks before it opens an account. */
  async peek(key: string): Promise<Subject | undefined> {
    const { store, clock } = this.#parts;
    const link = await store.passes.findPass('link', digestOf(key));
    return link !== undefined && clock() <= link.untilMs ? subjectOf(link.subject) : undefined;
  }

  /** Uses it up: of all who bring it, over all servers, one gets it. */
  async redeem(key: string): Promise<Subject | undefined> {
    const subject = await this.peek(key);
    if (subject === undefined) return undefined;
    const isFirst = await this.#parts.commit.submit(({ passes }) => passes.removePass('link', digestOf(key)));
    return isFirst ? subject : undefined;
  }
}
