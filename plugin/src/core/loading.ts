/** Loads the verifier when it is first needed, and again after a failed download. */
import type { Verifier, VerifierOptions } from '../verifier.ts';

/** The code could not be fetched: the machine is off line, or the files are gone. Nothing was asked and nothing charged. */
export class NotLoadedError extends Error {
  constructor(cause: unknown) {
    super('the verifier could not be loaded', { cause });
    this.name = 'NotLoadedError';
  }
}

export function verifierLoader(options: VerifierOptions): () => Promise<Verifier> {
  let loading: Promise<Verifier> | undefined;
  return () => {
    loading ??= import('../verifier.ts').then(
      ({ createVerifier }) => createVerifier(options),
      (cause: unknown) => {
        loading = undefined;
        throw new NotLoadedError(cause);
      },
    );
    return loading;
  };
}
