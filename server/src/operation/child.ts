/**
 * A process of its own for the long work of a closing, beside the one that serves: asked over node's channel, one question at a
 * time, and ended when the channel closes, which it does with its parent too. `npm run build` makes a file of each program.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StorePlace } from '../store/place.ts';

type Told<Answer> = { readonly answer: Answer } | { readonly failure: string };

interface Waiting<Answer> {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (why: Error) => void;
}

export class Child<Question extends object, Answer> {
  readonly #child: ChildProcess;
  #waiting: Waiting<Answer> | undefined;
  #end: Error | undefined;

  /** Starts the program that stands beside this file: TypeScript in the project, JavaScript in the package. */
  constructor(program: 'journal-child' | 'sums-child') {
    const file = new URL(`./${program}${extname(import.meta.url)}`, import.meta.url);
    this.#child = fork(fileURLToPath(file), {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    comesLast(this.#child.pid);
    this.#child.on('message', (told: Told<Answer>) => {
      if ('failure' in told) this.#settle()?.reject(new Error(told.failure));
      else this.#settle()?.resolve(told.answer);
    });
    this.#child.on('error', (error) => this.#gone(error));
    this.#child.on('exit', (code, signal) =>
      this.#gone(new Error(`the process ended with ${signal ?? code} before its answer`)),
    );
  }

  /** Throws an Error with the reason when there is no answer. */
  ask(question: Question): Promise<Answer> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#child.send(question);
    });
  }

  end(): void {
    if (this.#child.connected) this.#child.disconnect();
  }

  #settle(): Waiting<Answer> | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }

  #gone(why: Error): void {
    this.#end ??= why;
    this.#settle()?.reject(why);
  }
}

/**
 * Purchases come first where both want the processor; ten percent stay, so that a closing ends on a busy machine too. From here and
 * at once: Linux counts by thread, and those that the program starts have the priority of the first.
 */
function comesLast(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It is gone already, which its exit tells, or the system does not allow it: then both come first.
  }
}

/** In the child: answers one question after the other; an answer that nobody waits for any more is lost with the channel. */
export function answerParent<Question, Answer>(answer: (question: Question) => Promise<Answer>): void {
  process.on('disconnect', () => process.exit());
  process.on('message', (question: Question) => {
    answer(question)
      .then((given): Told<Answer> => ({ answer: given }))
      .catch((error: unknown): Told<Answer> => ({ failure: error instanceof Error ? error.message : String(error) }))
      .then((told) => process.send?.(told, () => undefined))
      .catch(() => process.exit(1));
  });
}

/** What is handed over is copied: nothing else that stands beside the place may come along. */
export const onlyPlace = ({ storePath, database }: StorePlace): StorePlace => ({
  ...(storePath !== undefined && { storePath }),
  ...(database !== undefined && { database }),
});
