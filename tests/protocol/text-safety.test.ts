import { requireLine, requireParagraph } from '@coinslot/protocol';
import { describe, expect, it } from 'vitest';

describe('publisher’s words (G17, G18, G19, G20)', () => {
  it.each([
    ['plain', 'Level 3', 'Level 3'],
    ['French', 'Niveau 3 : l’atelier', 'Niveau 3 : l’atelier'],
    ['Arabic', 'المستوى ٣', 'المستوى ٣'],
    ['Japanese without spaces', 'レベル３をプレイする'.repeat(6), 'レベル３をプレイする'.repeat(6)],
    ['markup stays text', '<b>free</b> **now** %s {0}', '<b>free</b> **now** %s {0}'],
    [
      'joined emoji',
      'Family \u{1f468}\u200d\u{1f469}\u200d\u{1f467}',
      'Family \u{1f468}\u200d\u{1f469}\u200d\u{1f467}',
    ],
    ['zero-width space', 'Le\u200bvel', 'Le⟨U+200B⟩vel'],
    ['soft hyphen', 'Le\u00advel', 'Le⟨U+00AD⟩vel'],
    ['byte-order mark', '\ufeffLevel', '⟨U+FEFF⟩Level'],
    ['word joiner', 'Level\u2060 3', 'Level⟨U+2060⟩ 3'],
  ])('%s: shown', (_, text, shown) => {
    expect(requireLine(text, 'title')).toBe(shown);
  });

  it.each([
    ['empty', ''],
    ['blank', '   '],
    ['line feed', 'Level\n3'],
    ['bidi override', 'Level \u202e3 fo'],
    ['isolate', 'Level \u2066 3\u2069'],
    ['left-to-right mark', 'Level\u200e 3'],
    ['tag characters', 'Level \u{e0041}\u{e0042}'],
    ['escape sequence', 'Level \u001b[31m3'],
    ['NUL', 'Level\u00003'],
    ['C1 control', 'Level\u009b3'],
    ['line separator', 'Level\u20283'],
    ['private use', 'Level \ue000'],
    ['noncharacter', 'Level \ufdd0'],
    ['stacked marks', `Z${'\u0335'.repeat(8)}algo`],
    ['endless word', 'a'.repeat(121)],
    ['Cyrillic letter in a Latin word', 'Lum\u0435n Works'],
    ['Greek letter in a Latin word', '\u0391pple'],
  ])('%s: refused', (_, text) => {
    expect(() => requireLine(text, 'title')).toThrow(expect.objectContaining({ code: 'OFFER_TEXT' }) as Error);
  });

  it('keeps the lines of a paragraph, up to twelve', () => {
    expect(requireParagraph('one\ntwo', 'description')).toBe('one\ntwo');
    expect(() => requireParagraph('\n'.repeat(12), 'description')).toThrow();
  });

  it('cuts what making it visible has made too long, between characters', () => {
    const shown = requireLine('é\u200b'.repeat(40), 'title');
    expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(200);
    expect(shown.endsWith('…')).toBe(true);
    expect(shown.isWellFormed()).toBe(true);
  });
});
