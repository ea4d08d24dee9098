import type { OverlayState } from '@coinslot/overlay';
import { describe, expect, it } from 'vitest';
import { viewOf, type View } from '../../../overlay/src/dialog/view.ts';
import { layOut } from '../../../overlay/src/layout/layout.ts';
import { fakeMeasure } from '../lib/fake-measure.ts';
import { NAUGHTY } from '../lib/hostile.ts';
import { problemsOf } from '../lib/problems.ts';
import { EVERY_LANGUAGE, shownIn, type ShownChanges } from '../lib/samples.ts';

const FIELDS = ['payee', 'gameName', 'title', 'description', 'grant', 'date', 'refund', 'rate'] as const;
const SCREENS = [
  { width: 320, height: 180, cssScale: 1, textScale: 1 },
  { width: 640, height: 360, cssScale: 1, textScale: 2 },
  { width: 360, height: 640, cssScale: 1, textScale: 1 },
  { width: 1920, height: 1080, cssScale: 1, textScale: 1 },
] as const;
/** Nothing of these may be drawn: they turn, hide or end a line. */
const TURNS_OR_HIDES =
  /[\u202a-\u202e\u2066-\u2069\u200b\u200e\u200f\u061c\u2028\u2029\ufeff\u{e0000}-\u{e007f}\p{Cc}]/u;

/** COINSLOT_EVERY_LOOK puts every text in every field at once; else every fifth, and the others into one field each in turn. */
const EVERY_LOOK = process.env['COINSLOT_EVERY_LOOK'] === '1';
const placed = (text: string, at: number): ShownChanges =>
  Object.fromEntries(
    FIELDS.filter((_, field) => EVERY_LOOK || at % 5 === 0 || at % FIELDS.length === field).map((field) => [
      field,
      text,
    ]),
  );

/** The view of an offer at a place; the language goes round. */
function viewWith(at: number, changes: ShownChanges, step: 'review' | 'confirm'): View {
  const language = EVERY_LANGUAGE[at % EVERY_LANGUAGE.length] ?? 'en';
  const state: OverlayState = { kind: 'review', shown: shownIn(language, changes) };
  return viewOf(state, { locale: 'en', walletOpens: false, step, closesInSeconds: null });
}

describe('rule 17: whatever a publisher writes is shown harmlessly, price and buttons still in view', () => {
  it(`G17, G18, G19, G20: ${NAUGHTY.length} hostile texts`, () => {
    expect(NAUGHTY.length).toBeGreaterThanOrEqual(485);
    for (const [at, text] of NAUGHTY.entries()) {
      const step = at % 2 === 0 ? 'review' : 'confirm';
      const view = viewWith(at, placed(text, at), step);
      const screen = SCREENS[at % SCREENS.length] ?? SCREENS[0];
      const layout = layOut(view, screen, at % 7, fakeMeasure);
      const what = JSON.stringify(text.slice(0, 40));
      expect(problemsOf(layout), what).toEqual([]);
      // The amount is drawn whole, in boxes of its own, and both choices are there.
      const amount = layout.amount.map((box) => box.text).join('');
      expect(amount, what).toMatch(/0[.,]20/);
      expect(amount, what).toContain('EUR');
      expect(layout.controls.filter(({ id }) => id !== 'more').map(({ id }) => id)).toEqual([
        'decline',
        step === 'review' ? 'continue' : 'accept',
      ]);
      // The language's own isolates round names and amounts aside, nothing drawn turns or hides.
      for (const box of [...layout.texts, ...layout.amount, ...layout.controls.flatMap(({ label }) => label)])
        expect(box.text.replaceAll(/[\u2067-\u2069]/g, ''), what).not.toMatch(TURNS_OR_HIDES);
    }
  });

  it.each(FIELDS)('G19: ten thousand characters without a space in %s alone move nothing', (field) => {
    for (const [at, screen] of SCREENS.entries()) {
      const bare = layOut(viewWith(0, {}, 'review'), screen, 0, fakeMeasure);
      const layout = layOut(viewWith(0, { [field]: 'W'.repeat(10_000) }, 'review'), screen, 0, fakeMeasure);
      expect(problemsOf(layout), `${at}`).toEqual([]);
      expect(layout.amount.map(({ text }) => text).filter((text) => /\d/.test(text))).toContain('EUR\u00a00.20');
      expect(layout.controls.filter(({ id }) => id !== 'more')).toHaveLength(
        bare.controls.filter(({ id }) => id !== 'more').length,
      );
    }
  });

  it('G17: amount and payee never share a line with the publisher’s words', () => {
    const marked = { gameName: 'GAME', title: 'TITLE', description: 'DESCRIPTION', payee: 'SELLER' };
    for (const screen of SCREENS)
      for (const step of ['review', 'confirm'] as const) {
        const view = viewWith(0, marked, step);
        const { pages } = layOut(view, screen, 0, fakeMeasure);
        for (let page = 0; page < pages; page += 1) {
          const layout = layOut(view, screen, page, fakeMeasure);
          const certified = [...layout.texts, ...layout.amount].filter(({ text }) => /SELLER|EUR/.test(text));
          const published = layout.texts.filter(({ text }) => /GAME|TITLE|DESCRIPTION/.test(text));
          expect(certified.length).toBeGreaterThan(0);
          for (const one of certified) {
            expect(one.text).not.toMatch(/GAME|TITLE|DESCRIPTION/);
            // Side by side only across the inset's edge, never in one column.
            for (const other of published)
              if (one.y < other.y + other.height && other.y < one.y + one.height)
                expect(layout.amount, `${one.text} beside ${other.text}`).toContain(one);
          }
        }
      }
  });

  it('G17: a control that is hidden is shown by its number, as text', () => {
    const view = viewWith(0, { title: 'a\u202eb\u200bc' }, 'review');
    expect(view.title).toBe('a‹202E›b‹200B›c');
  });
});
