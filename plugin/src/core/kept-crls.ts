/** The newest revocation lists that the wallet has handed over, as they are kept between sessions. */
import type { Verifier } from '../verifier.ts';
import type { Store } from './ports.ts';

/** Table and key. */
const CRLS = 'crls';

/** Those of earlier sessions, DER. */
export async function keptCrls(store: Store): Promise<readonly Uint8Array[]> {
  const kept = await store.get(CRLS, CRLS);
  return Array.isArray(kept) ? kept.filter((one): one is Uint8Array => one instanceof Uint8Array) : [];
}

/** Takes newer lists and keeps them; whether there were any. */
export async function learnRevoked(verifier: Verifier, store: Store, offered: readonly Uint8Array[]): Promise<boolean> {
  const newer = verifier.learnRevoked(offered);
  if (newer !== undefined) await store.put(CRLS, CRLS, newer);
  return newer !== undefined;
}
