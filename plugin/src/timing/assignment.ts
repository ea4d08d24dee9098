/** Sticky, seeded assignment: the same player, campaign and purpose always draw the same number, without storing it. */
import type { Variant } from './types.ts';

/** A number in [0, 1) from text: FNV-1a, then the finaliser of MurmurHash3 so that near names are far apart. */
export function draw(...parts: readonly string[]): number {
  let hash = 0x811c9dc5;
  for (const part of parts) {
    for (let i = 0; i <= part.length; i++) {
      // The last round is a separator, so that ('ab', 'c') and ('a', 'bc') differ.
      hash = Math.imul(hash ^ (i === part.length ? 0x1f : part.charCodeAt(i)), 0x01000193);
    }
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 0x1_0000_0000;
}

/** Whether this player is among those whom the campaign never asks. */
export const isHeldOut = (seed: string, campaign: string, share: number): boolean =>
  share > 0 && draw(seed, campaign, 'holdout') < share;

/** The player's variant of a campaign, by weight. */
export function variantFor(seed: string, campaign: string, variants: readonly Variant[]): Variant {
  if (variants.length === 1) return variants[0]!;
  let rest = draw(seed, campaign, 'variant') * variants.reduce((sum, one) => sum + one.weight, 0);
  return variants.find((one) => (rest -= one.weight) < 0) ?? variants[variants.length - 1]!;
}
