/** A small typed emitter: Phaser's own is not there outside a game. */
export type Listener<T> = (value: T) => void;

export class Emitter<E extends object> {
  readonly #listeners = new Map<keyof E, Set<Listener<never>>>();
  /** Hears every event, after those who listen to its name. */
  every: Listener<{ [K in keyof E]: { readonly name: K; readonly value: E[K] } }[keyof E]> | undefined;

  /** Adds a listener; the returned function removes it. */
  on<K extends keyof E>(name: K, listener: Listener<E[K]>): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => this.off(name, listener);
  }

  once<K extends keyof E>(name: K, listener: Listener<E[K]>): () => void {
    const off = this.on(name, (value) => {
      off();
      listener(value);
    });
    return off;
  }

  off<K extends keyof E>(name: K, listener: Listener<E[K]>): void {
    this.#listeners.get(name)?.delete(listener);
  }

  emit<K extends keyof E>(name: K, value: E[K]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) (listener as Listener<E[K]>)(value);
    this.every?.({ name, value });
  }
}
