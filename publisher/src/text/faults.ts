/** Faults: what is wrong in a file, where, and what to do about it. They are collected, so that one run names them all. */

/** A place in a text file; both count from 1, as editors do. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong in a file. */
export interface Fault extends Position {
  /** The file as the person named it. */
  readonly file: string;
  /** Lower case, no full stop; names the field by its path. */
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string | undefined;
  /** The code with which a wallet or server would refuse the same thing. */
  readonly code?: string | undefined;
}

/** The start of a file: where a fault of the file as a whole is put, and of files that have no lines. */
export const FILE_START: Position = Object.freeze({ line: 1, column: 1 });

/** Thrown by whatever cannot give a result because of faults; has at least one. */
export class FaultsError extends Error {
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    super(faults.map((fault) => formatFault(fault)).join('\n'));
    this.name = 'FaultsError';
    this.faults = faults;
  }
}

/** `offers.yaml:12:5: error: CHAIN_LIMIT: ...` and, where there is one, a line with the hint; a warning stops nothing. */
export function formatFault(fault: Fault, kind: 'error' | 'warning' = 'error'): string {
  const code = fault.code === undefined ? '' : `${fault.code}: `;
  const hint = fault.hint === undefined ? '' : `\n  hint: ${fault.hint}`;
  return `${fault.file}:${fault.line}:${fault.column}: ${kind}: ${code}${fault.message}${hint}`;
}

/** Throws when there is any fault. */
export function requireNoFaults(faults: readonly Fault[]): void {
  if (faults.length > 0) throw new FaultsError(faults);
}
