/** How movements begin and end. Shares run from 0 to 1; what is outside counts as the nearer end. */
const within = (share: number): number => Math.min(1, Math.max(0, share));

/** Fast at first, soft at the end. */
export const eased = (share: number): number => 1 - (1 - within(share)) ** 3;

/** The same, a little too far and back; `far` says how far. */
export function sprung(share: number, far = 1.2): number {
  const left = within(share) - 1;
  return 1 + (far + 1) * left ** 3 + far * left ** 2;
}
