/** What findings need of a store. See `store/port.ts` for the promises. */
import type { Finding, FindingKind, NewFinding } from './types.ts';

/** Reads of what is committed; newest first, before a position, or from the newest on. */
export interface FindingReader {
  listOpenFindings(before: bigint | undefined, count: number): Promise<readonly Finding[]>;
  listEndedFindings(before: bigint | undefined, count: number): Promise<readonly Finding[]>;
  /** How many are open of each kind; a kind without any is left out. */
  countOpenFindings(): Promise<ReadonlyMap<FindingKind, number>>;
  /** What the open findings of a kind are about. */
  listOpenAbout(kind: FindingKind): Promise<readonly string[]>;
}

/** Changes, inside the transaction of what was found. Findings are never edited and never deleted; each ends once. */
export interface FindingWriter extends FindingReader {
  /** Keeps it, unless the very same is open: kind, about and words. */
  noteFinding(finding: NewFinding): Promise<void>;
  /** What is open of this kind about this is over by itself. */
  settleFindings(kind: FindingKind, about: string, atMs: number): Promise<void>;
  /** Somebody has looked into it; nothing happens to one that is over. */
  closeFinding(position: bigint, atMs: number): Promise<void>;
}
