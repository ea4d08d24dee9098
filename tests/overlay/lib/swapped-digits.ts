/**
 * A font that lies: Inter's digits, each drawn as the next one (1 as 2, 8 as 9), and nothing else. Made from a real font by its
 * character map alone (`cmap`, format 4).
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import subsetFont from 'subset-font';

const require = createRequire(import.meta.url);

/** TrueType bytes. Throws where the map is not as expected. */
export async function swappedDigits(): Promise<Uint8Array> {
  const inter = readFileSync(require.resolve('@fontsource/inter/files/inter-latin-400-normal.woff2'));
  const font = await subsetFont(inter, '0123456789:', { targetFormat: 'truetype', noHinting: true });
  const table = tableAt(font, 'cmap');
  const count = font.readUInt16BE(table + 2);
  // Several platforms share one map.
  const maps = new Set(Array.from({ length: count }, (_, at) => table + font.readUInt32BE(table + 8 + at * 8)));
  for (const map of maps) if (font.readUInt16BE(map) === 4) shiftDigits(font, map);
  return new Uint8Array(font);
}

function tableAt(font: Buffer, name: string): number {
  for (let at = 12; at < 12 + font.readUInt16BE(4) * 16; at += 16)
    if (font.toString('latin1', at, at + 4) === name) return font.readUInt32BE(at + 8);
  throw new Error(`font: no ${name}`);
}

/** Segments: end codes, start codes, deltas from code to glyph. The one of the digits gets a delta that is one more. */
function shiftDigits(font: Buffer, map: number): void {
  const bytes = font.readUInt16BE(map + 6);
  const [ends, starts, deltas] = [map + 14, map + 16 + bytes, map + 16 + bytes * 2];
  for (let at = 0; at < bytes; at += 2) {
    const isDigits = font.readUInt16BE(starts + at) === 0x30 && font.readUInt16BE(ends + at) >= 0x39;
    if (!isDigits) continue;
    if (font.readUInt16BE(deltas + bytes + at) !== 0) throw new Error('cmap: no delta');
    font.writeUInt16BE((font.readUInt16BE(deltas + at) + 1) & 0xffff, deltas + at);
    return;
  }
  throw new Error('cmap: no digits');
}
