import { channelsOf } from '../theme.ts';

/** `#rrggbb` with opacity, as canvas wants it. */
export const faded = (colour: string, alpha: number): string => `rgba(${channelsOf(colour).join(',')},${alpha})`;

/** Between two colours; `share` 0 is the first. */
export function mixed(one: string, other: string, share: number): string {
  const from = channelsOf(one);
  const to = channelsOf(other);
  const hex = from.map((channel, at) =>
    Math.round(channel + ((to[at] ?? 0) - channel) * share)
      .toString(16)
      .padStart(2, '0'),
  );
  return `#${hex.join('')}`;
}

export const lighter = (colour: string, share: number): string => mixed(colour, '#ffffff', share);
export const darker = (colour: string, share: number): string => mixed(colour, '#000000', share);
