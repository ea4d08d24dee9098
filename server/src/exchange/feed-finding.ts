/**
 * What is kept of a source of rates that fails: nothing of a bad hour, one finding of what lasts. Conversions go on by the last good
 * table until its own end, which is days; this says so while there is still time to post one by hand.
 */
import type { FindingReader } from '../findings/store.ts';
import type { Clock, Log } from '../log.ts';
import type { GroupCommit } from '../store/group-commit.ts';

/** A streak of failures is kept from this many on, or when it has lasted for so long. */
const FAILURES = 3;
const LASTING_MS = 6 * 3_600_000;

export interface FeedFindingOptions {
  readonly findings: Pick<FindingReader, 'listOpenAbout'>;
  readonly commit: Pick<GroupCommit, 'submit'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Of one source, or of several servers that share a store: what one of them gets is good for all. */
export class FeedFinding {
  readonly #options: FeedFindingOptions;
  #failures = 0;
  #sinceMs = 0;
  /** Once for each streak: what somebody has looked into is not brought up again by the next failure. */
  #isKept = false;

  constructor(options: FeedFindingOptions) {
    this.#options = options;
  }

  /** An asking came to nothing; `fault` says why. */
  async failed(fault: string): Promise<void> {
    const nowMs = this.#options.clock();
    if (this.#failures++ === 0) this.#sinceMs = nowMs;
    const isLasting = this.#failures >= FAILURES || nowMs - this.#sinceMs >= LASTING_MS;
    if (!isLasting || this.#isKept) return;
    await this.#attempt(async (isOpen) => {
      // Kept by another server, or before this one was started.
      if (!isOpen) await this.#note(`no usable rates since ${new Date(this.#sinceMs).toISOString()}: ${fault}`, nowMs);
      this.#isKept = true;
    });
  }

  /** Usable rates came. */
  async worked(): Promise<void> {
    [this.#failures, this.#isKept] = [0, false];
    const { commit, clock } = this.#options;
    await this.#attempt(async (isOpen) => {
      if (isOpen) await commit.submit(({ findings }) => findings.settleFindings('rate-feed', '', clock()));
    });
  }

  #note(words: string, atMs: number): Promise<void> {
    const finding = { kind: 'rate-feed', about: '', party: '', words, atMs } as const;
    return this.#options.commit.submit(({ findings }) => findings.noteFinding(finding));
  }

  /** Rates are worth more than a note about them: a store that takes none is told in the log, and tried again with the next asking. */
  async #attempt(act: (isOpen: boolean) => Promise<void>): Promise<void> {
    const { findings, log } = this.#options;
    try {
      await act((await findings.listOpenAbout('rate-feed')).includes(''));
    } catch (error) {
      log.error({ err: error }, 'how the source of rates does could not be kept');
    }
  }
}
