/** Doors that tell what passed through them, for consoles. Telling changes nothing: the answer is the door's own. */
import type { Answer } from './answer.ts';
import type { Door } from './doors.ts';

/** One request as a door took it, and what came of it. Bodies are whole: a live server has no business showing them. */
export interface SeenExchange {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body: Uint8Array;
  /** The door's answer, `cut` for a connection broken without one, or what the door threw and HTTP makes a refusal of. */
  readonly outcome: Answer | 'cut' | { readonly thrown: unknown };
}

/** Called before the answer is written. Must not throw. */
export type ObserveExchange = (exchange: SeenExchange) => void;

export function observed(doors: readonly Door[], observe: ObserveExchange): readonly Door[] {
  return doors.map((door) => ({
    ...door,
    async open(request) {
      const { method, path } = door;
      const tell = (outcome: SeenExchange['outcome']): void => observe({ method, path, body: request.body, outcome });
      try {
        const answer = await door.open(request);
        tell(answer);
        return answer;
      } catch (thrown) {
        tell({ thrown });
        throw thrown;
      }
    },
  }));
}
