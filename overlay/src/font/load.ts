/** The bundled fonts, under names of their own so that they meet no font of the page. */
import type { Weight } from '../layout/types.ts';
import { languageOf, type Language } from '../words/index.ts';

export const BUNDLED_FAMILY = 'Coinslot Inter';
const ARABIC_FAMILY = 'Coinslot Arabic';
const JAPANESE_FAMILY = 'Coinslot Japanese';
/** What draws characters outside of the bundled subsets. */
const FALLBACK = ['system-ui', 'sans-serif'];

/**
 * Families in order of preference, for canvas text: the studio's own if any, then the bundled ones that are in the page. A
 * font that arrives makes another list, and so no text is set by what pixi remembers of its width in the font before.
 */
export function familiesFor(themed: string, fonts: FontFaceSet): string[] {
  const present = loadedFamilies(fonts);
  const bundled = [BUNDLED_FAMILY, ARABIC_FAMILY, JAPANESE_FAMILY].filter((family) => present.has(family));
  return [...(themed === '' ? [] : [themed]), ...bundled, ...FALLBACK];
}

/** A digit, or a currency's code that was wrapped onto a line of its own. */
const FIGURE = /\p{Nd}|^\s*\p{Lu}{3}\s*$/u;

/**
 * The families for one text. Whatever has a figure in it keeps the bundled font: a studio's font has its own idea of what a 1 and
 * an 8 look like, and so of what is paid.
 */
export const familiesOf = (families: readonly string[], themed: string, text: string): readonly string[] =>
  themed !== '' && FIGURE.test(text) ? families.filter((family) => family !== themed) : families;

/** CSS `font` value, as canvas wants it. */
export const fontOf = (families: readonly string[], size: number, weight: Weight): string =>
  `${weight} ${size}px ${families.map((family) => (/^[a-z-]+$/.test(family) ? family : `"${family}"`)).join(',')}`;

/** Some characters of a variable font. */
export interface FontPart {
  /** CSS `unicode-range`. */
  readonly range: string;
  /** Base64. */
  readonly woff2: string;
}

/** Fonts beyond Latin, each in a chunk of its own that only its language loads. */
const CHUNKS: Readonly<Partial<Record<Language, { family: string; parts: () => Promise<readonly FontPart[]> }>>> = {
  ar: { family: ARABIC_FAMILY, parts: async () => (await import('./arabic.ts')).ARABIC },
  ja: { family: JAPANESE_FAMILY, parts: async () => (await import('./japanese.ts')).JAPANESE },
};

/** Whether text in this language needs a font that is not in the page yet. */
export const fontIsMissing = (fonts: FontFaceSet, locale: string): boolean => {
  const family = CHUNKS[languageOf(locale)]?.family;
  return family !== undefined && !loadedFamilies(fonts).has(family);
};

/**
 * Adds the bundled fonts of a language to the page and waits until they draw; the first frame then measures and draws right.
 * Bytes rather than a URL: a strict Content-Security-Policy needs no exception. Resolves false where the browser refuses a
 * font; the system's font then draws, measured as such.
 */
export async function loadBundledFonts(fonts: FontFaceSet, locale: string): Promise<boolean> {
  try {
    const chunk = CHUNKS[languageOf(locale)];
    const [latin, parts] = await Promise.all([import('./inter-latin.ts'), chunk?.parts() ?? []]);
    const present = loadedFamilies(fonts);
    const faces: FontFace[] = [];
    if (!present.has(BUNDLED_FAMILY))
      for (const [weight, base64] of Object.entries(latin.INTER_LATIN))
        faces.push(new FontFace(BUNDLED_FAMILY, bytesOf(base64), { weight }));
    if (chunk !== undefined && !present.has(chunk.family))
      for (const { range, woff2 } of parts)
        faces.push(new FontFace(chunk.family, bytesOf(woff2), { weight: '400 600', unicodeRange: range }));
    for (const face of await Promise.all(faces.map((face) => face.load()))) fonts.add(face);
    return true;
  } catch {
    return false;
  }
}

const loadedFamilies = (fonts: FontFaceSet): Set<string> =>
  new Set(Array.from(fonts, ({ family }) => family.replaceAll('"', '')));

function bytesOf(base64: string): ArrayBuffer {
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes.buffer;
}
