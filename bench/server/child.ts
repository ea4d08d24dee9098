/** Another process of the measurement, asked and answered over node's own channel. */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const EXEC_ARGV = ['--conditions=coinslot-source', '--import', 'tsx'];

export class Child {
  readonly #child: ChildProcess;
  #asked = 0;

  constructor(program: string, args: readonly string[]) {
    const path = fileURLToPath(new URL(program, import.meta.url));
    this.#child = fork(path, [...args], { execArgv: EXEC_ARGV, serialization: 'advanced' });
  }

  /** Resolves with the answer; rejects when the process ends or says that it failed. */
  ask<Answer>(question: object): Promise<Answer> {
    const id = this.#asked++;
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        this.#child.off('message', hear);
        this.#child.off('exit', gone);
      };
      const hear = (message: { id: number; answer?: Answer; failure?: string }): void => {
        if (message.id !== id) return;
        settle();
        if (message.failure === undefined) resolve(message.answer as Answer);
        else reject(new Error(message.failure));
      };
      const gone = (code: number | null): void => {
        settle();
        reject(new Error(`the process ended with ${code}`));
      };
      this.#child.on('message', hear);
      this.#child.on('exit', gone);
      this.#child.send({ id, question });
    });
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.disconnect();
    await ended;
  }
}

/** The other side: answers questions until the channel closes. */
export function answerQuestions(answer: (question: never) => Promise<unknown>, onEnd: () => Promise<void>): void {
  process.on('message', ({ id, question }: { id: number; question: never }) => {
    answer(question)
      .then((given) => process.send?.({ id, answer: given }))
      .catch((error: unknown) => process.send?.({ id, failure: error instanceof Error ? error.stack : String(error) }));
  });
  process.on('disconnect', () => void onEnd().then(() => process.exit(0)));
}
