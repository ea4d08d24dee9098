/** Loads the late chunk when it is first needed, and again after a failed download. */
import type * as LateModule from '../late.ts';
import type { Verifier, VerifierOptions } from '../verifier.ts';
import type { Store } from './ports.ts';

/** The code could not be fetched: the machine is off line, or the files are gone. Nothing was asked and nothing charged. */
export class NotLoadedError extends Error {
  /** As results say it. */
  readonly reason = 'offline';

  constructor(cause: unknown) {
    super('the code that verifies could not be loaded', { cause });
    this.name = 'NotLoadedError';
  }
}

/** The late chunk, with the verifier of this game's files. */
export type Late = Omit<typeof LateModule, 'createVerifier' | 'keptCrls'> & { readonly verifier: Verifier };

/** `store`: where the newest revocation lists of earlier sessions are. Each call resolves with the same; rejects with NotLoadedError, or with what is wrong with the shipped files. */
export function lateLoader(options: VerifierOptions, store: Store): () => Promise<Late> {
  let loading: Promise<Late> | undefined;
  return () => {
    const orNotLoaded = (cause: unknown): never => {
      loading = undefined;
      throw new NotLoadedError(cause);
    };
    loading ??= import('../late.ts').then(async ({ createVerifier, keptCrls, ...rest }) => {
      const verifier = createVerifier(options);
      verifier.learnRevoked(await keptCrls(store));
      // With the rest, not with the first card: by then there may be no network to load it from.
      if (verifier.takesCards) (await import('@coinslot/protocol/p256').catch(orNotLoaded)).enableP256();
      return { ...rest, verifier };
    }, orNotLoaded);
    return loading;
  };
}
