/** What the depth of a theme means in light and shadow. */
import type { Layout } from '../layout/types.ts';
import { luminanceOf, type ThemeTokens } from '../theme.ts';

/** Shadows on a bright panel are fainter than on a dark one. */
const shadowStrength = (theme: ThemeTokens): number => 1 - 0.72 * Math.sqrt(luminanceOf(theme.panelTop));

/** Black of that opacity on a dark panel, less on a bright one. */
export const shadowOf = (theme: ThemeTokens, alpha: number): string =>
  `rgba(0,0,0,${(alpha * shadowStrength(theme)).toFixed(3)})`;

/** Height of the solid edge below the panel and below a choice, backing-store pixels. */
export const panelLip = ({ unit }: Layout, { depth }: ThemeTokens): number =>
  depth === 'raised' ? Math.round(5 * unit) : 0;
export const keyLip = ({ unit }: Layout, { depth }: ThemeTokens): number =>
  depth === 'raised' ? Math.max(2, Math.round(4 * unit)) : 0;

/** How far the label of a control lies from the middle of its box: a key's face is its upper part, and goes down. */
export function labelShift(layout: Layout, theme: ThemeTokens, isPressed: boolean): number {
  const lip = keyLip(layout, theme);
  if (lip > 0) return isPressed ? Math.ceil(lip / 2) : -Math.floor(lip / 2);
  return isPressed && theme.depth === 'soft' ? Math.max(1, Math.round(layout.unit)) : 0;
}
