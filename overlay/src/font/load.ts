/** The bundled font, under a name of its own so that it meets no font of the page. */
import type { Weight } from '../layout/types.ts';

export const BUNDLED_FAMILY = 'Coinslot Inter';
/** What draws characters outside of the bundled subset. */
const FALLBACK = ['system-ui', 'sans-serif'];

/** Families in order of preference, for canvas text. */
export const familiesFor = (themed: string): string[] =>
  themed === '' ? [BUNDLED_FAMILY, ...FALLBACK] : [themed, BUNDLED_FAMILY, ...FALLBACK];

/** CSS `font` value, as canvas wants it. */
export const fontOf = (families: readonly string[], size: number, weight: Weight): string =>
  `${weight} ${size}px ${families.map((family) => (/^[a-z-]+$/.test(family) ? family : `"${family}"`)).join(',')}`;

/**
 * Adds the bundled font to the page and waits until it draws; the first frame then measures and draws right. Bytes rather
 * than a URL: a strict Content-Security-Policy needs no exception. Resolves false where the browser refuses the font; the
 * system's font then draws, measured as such.
 */
export async function loadBundledFont(fonts: FontFaceSet): Promise<boolean> {
  const loaded = new Set(Array.from(fonts, (face) => `${face.family.replaceAll('"', '')} ${face.weight}`));
  try {
    const { INTER_LATIN } = await import('./inter-latin.ts');
    const faces = Object.entries(INTER_LATIN)
      .filter(([weight]) => !loaded.has(`${BUNDLED_FAMILY} ${weight}`))
      .map(([weight, base64]) => new FontFace(BUNDLED_FAMILY, bytesOf(base64), { weight }));
    for (const face of await Promise.all(faces.map((face) => face.load()))) fonts.add(face);
    return true;
  } catch {
    return false;
  }
}

function bytesOf(base64: string): ArrayBuffer {
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes.buffer;
}
