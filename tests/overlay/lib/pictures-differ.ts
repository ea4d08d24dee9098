import { PNG } from 'pngjs';
import { CHANNEL_MAX } from '../scenes/scenes.ts';

/** The picture with 16 steps a channel in place of 256: far below what counts as a difference, and a fifth of the size. */
export function coarse(picture: Buffer): Buffer {
  const png = PNG.sync.read(picture);
  for (let at = 0; at < png.data.length; at += 1) if (at % 4 !== 3) png.data[at] = ((png.data[at] ?? 0) & 0xf0) | 0x08;
  return PNG.sync.write(png, { colorType: 2, deflateLevel: 9 });
}

/** Share of pixels that differ by more than `CHANNEL_MAX` in any channel; 1 for pictures of different sizes. */
export function differingShare(one: Buffer, other: Buffer): number {
  const [a, b] = [PNG.sync.read(one), PNG.sync.read(other)];
  if (a.width !== b.width || a.height !== b.height) return 1;
  let differing = 0;
  for (let at = 0; at < a.data.length; at += 4)
    if ([0, 1, 2].some((channel) => Math.abs((a.data[at + channel] ?? 0) - (b.data[at + channel] ?? 0)) > CHANNEL_MAX))
      differing += 1;
  return differing / (a.width * a.height);
}
