/** Long work on the thread that serves purchases: in pieces, with a turn of the event loop between them. */

/** Other work goes on. */
export const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** What a purchase may wait for a piece of other work. */
const PIECE_MS = 5;

/** Measures the piece that is being worked on; for work whose items take microseconds each, and whose number nobody knows. */
export class Piece {
  #begunMs = performance.now();

  /** Ends the piece once it has taken long enough. */
  async pause(): Promise<void> {
    if (performance.now() - this.#begunMs < PIECE_MS) return;
    await turn();
    this.#begunMs = performance.now();
  }
}
