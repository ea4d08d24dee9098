/** Conditions as a tree in which every part knows its place, whether it was written as text or as JsonLogic. */
import type { Scalar } from '@coinslot/plugin/timing';
import type { Path } from '../text/yaml-source.ts';

/** Where a part was written: a path of the file, and the character within a text. */
export interface Place {
  readonly path: Path;
  readonly index: number | undefined;
}

export type Expression =
  | { readonly kind: 'value'; readonly value: Scalar; readonly place: Place }
  | { readonly kind: 'fact'; readonly name: string; readonly place: Place }
  /** Plain values in brackets, only on the right of `in`. */
  | { readonly kind: 'list'; readonly values: readonly Scalar[]; readonly place: Place }
  | {
      readonly kind: 'call';
      readonly operator: string;
      readonly operands: readonly Expression[];
      readonly place: Place;
    };
