/** `coinslot-server audit`: the audit over a store's snapshot; the report to standard output, how far it is to standard error. */
import { audit, reportJson, reportText } from '../audit/index.ts';
import type { StorePlace } from '../store/place.ts';
import { openSnapshot } from './snapshot.ts';

export interface AuditCommand {
  /** A server may go on over it meanwhile. */
  readonly place: StorePlace;
  /** Pinned roots, DER. */
  readonly roots: readonly Uint8Array[];
  /** Signatures of every nth decision and card record only. */
  readonly oneIn: number;
  readonly json: boolean;
  readonly out: (text: string) => void;
  readonly progress: (line: string) => void;
}

/** Whether nothing was found. Throws StoreError for what is no store, or of another version. */
export async function runAudit({ place, roots, oneIn, json, out, progress }: AuditCommand): Promise<boolean> {
  const { store, close } = await openSnapshot(place);
  try {
    const onProgress = (stage: string, done: number): void => progress(`audit: ${done} ${stage}`);
    const report = await audit({ store, roots, oneIn, onProgress });
    out(json ? reportJson(report) : reportText(report));
    return report.ok;
  } finally {
    await close();
  }
}
