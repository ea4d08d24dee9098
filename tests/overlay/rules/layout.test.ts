import { CODES, CURRENCIES, exponentOf, formatMoney, LIMITS, type CodeName } from '@coinslot/protocol';
import type { OverlayState } from '@coinslot/overlay';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { viewOf, type View } from '../../../overlay/src/dialog/view.ts';
import { bottom, right, type Rect } from '../../../overlay/src/layout/geometry.ts';
import { layOut } from '../../../overlay/src/layout/layout.ts';
import { TARGET_CSS_PX } from '../../../overlay/src/layout/scale.ts';
import type { TextBox } from '../../../overlay/src/layout/types.ts';
import { fakeMeasure } from '../lib/fake-measure.ts';
import { problemsOf } from '../lib/problems.ts';
import { stretched } from '../lib/pseudo.ts';
import { converted, EVERY_LANGUAGE, hostile, shownIn, statesIn } from '../lib/samples.ts';

interface Screen {
  width: number;
  height: number;
  cssScale: number;
  textScale: number;
  tv?: boolean;
}

const SIZES = [
  [320, 180],
  [360, 640],
  [480, 270],
  [568, 320],
  [640, 360],
  [800, 600],
  [960, 540],
  [390, 844],
  [1024, 1024],
  [1280, 720],
  [1920, 1080],
  [3840, 2160],
] as const;

const SCREENS: Screen[] = SIZES.flatMap(([width, height]) =>
  [1, 1.5, 2].map((textScale) => ({ width, height, cssScale: 1, textScale })),
);

/** Backing stores that are larger or smaller than what the player sees of them. */
const SCALED_SCREENS: Screen[] = [
  { width: 1920, height: 1080, cssScale: 0.5, textScale: 1 },
  { width: 1920, height: 1080, cssScale: 1 / 3, textScale: 2 },
  { width: 1920, height: 1080, cssScale: 1 / 6, textScale: 1 },
  { width: 320, height: 180, cssScale: 4, textScale: 1 },
  { width: 640, height: 360, cssScale: 2, textScale: 2 },
  { width: 800, height: 600, cssScale: 1.28, textScale: 1 },
];

/** Seen from across the room. */
const TV_SCREENS: Screen[] = [1, 2].flatMap((textScale) =>
  (
    [
      [1280, 720],
      [1920, 1080],
      [3840, 2160],
    ] as const
  ).map(([width, height]) => ({ width, height, cssScale: 1, textScale, tv: true })),
);

const at = (screen: Screen): string =>
  `${screen.width}x${screen.height} css ${screen.cssScale.toFixed(2)} text ${screen.textScale}${screen.tv === true ? ' TV' : ''}`;

const viewFor = (
  state: OverlayState,
  step: 'review' | 'confirm' = 'review',
  closesInSeconds: number | null = null,
): View => viewOf(state, { locale: 'en', walletOpens: true, step, closesInSeconds });

const textOf = (boxes: readonly TextBox[]): string => boxes.map((box) => box.text).join('');
const squeezed = (text: string): string => text.replaceAll(/\s/g, '');

/** Every language on every screen takes a minute; by default the states share the languages, another turn on each screen. */
const EVERY_LOOK = process.env['COINSLOT_EVERY_LOOK'] === '1';
const isLookedAt = (screenAt: number, stateAt: number, languageAt: number): boolean =>
  EVERY_LOOK || (screenAt + stateAt) % EVERY_LANGUAGE.length === languageAt;

describe('rules 1 and 15: every state on every screen, nothing cut, nothing in the way', () => {
  for (const [screenAt, screen] of [...SCREENS, ...SCALED_SCREENS, ...TV_SCREENS].entries()) {
    it(`has no overlap, and all in view, at ${at(screen)}`, () => {
      for (const [languageAt, language] of EVERY_LANGUAGE.entries()) {
        for (const [stateAt, [name, state]] of Object.entries(statesIn(language)).entries()) {
          if (!isLookedAt(screenAt, stateAt, languageAt)) continue;
          for (const step of ['review', 'confirm'] as const) {
            const view = viewFor(state, step, name === 'review' ? 20 : null);
            const { pages } = layOut(view, screen, 0, fakeMeasure);
            for (const page of new Set([0, 1, pages - 1].filter((one) => one < pages)))
              expect
                .soft(problemsOf(layOut(view, screen, page, fakeMeasure)), `${name} ${step} page ${page}`)
                .toEqual([]);
          }
        }
      }
    });
  }

  it('has words for every code that fit the smallest screen', () => {
    for (const language of EVERY_LANGUAGE)
      for (const code of Object.keys(CODES) as CodeName[])
        for (const charged of EVERY_LOOK ? (['no', 'yes', 'unknown'] as const) : (['unknown'] as const)) {
          const view = viewFor({ kind: 'refused', code, charged, text: '', shown: shownIn(language) });
          const layout = layOut(view, { width: 320, height: 180, cssScale: 1, textScale: 1 }, 0, fakeMeasure);
          expect.soft(problemsOf(layout), `${code} ${charged}`).toEqual([]);
        }
  });
});

describe('rule 1: total price in real currency with its code, as large as the button labels, visible without scrolling', () => {
  for (const screen of [...SCREENS, ...SCALED_SCREENS]) {
    it(`at ${at(screen)}`, () => {
      for (const step of ['review', 'confirm'] as const) {
        for (const changes of [{}, converted, hostile]) {
          const shown = shownIn('en', changes);
          const layout = layOut(viewFor({ kind: 'review', shown }, step), screen, 0, fakeMeasure);
          const price = layout.amount.filter((box) => shown.total.text.includes(box.text));
          expect(textOf(price)).toBe(shown.total.text);
          const label = layout.controls.find(({ id }) => id === 'decline')?.label[0];
          expect(price[0]?.size).toBeGreaterThanOrEqual(label?.size ?? Number.POSITIVE_INFINITY);
        }
      }
    });
  }
});

/** What an amount says, read as a person of that language reads it: minor units and code. */
function readBack(text: string, locale: string): { amountMinor: bigint; code: string; decimals: number } {
  const point = locale === 'fr' || locale === 'de' || locale === 'es' ? ',' : '.';
  const code = /[A-Z]{3}/.exec(text)?.[0] ?? '';
  const [whole = '', decimals = ''] = text.replace(code, '').split(point);
  const digits = (part: string): string => part.replaceAll(/\D/g, '');
  return { amountMinor: BigInt(digits(whole) + digits(decimals)), code, decimals: digits(decimals).length };
}

describe('rule 2: shown amount = signed amount for every ISO currency x shipped locale', () => {
  it.each(EVERY_LANGUAGE)('G16: in %s every amount drawn parses back to the signed one, its code in it', (locale) => {
    const screens = [
      [320, 180, 1],
      [640, 360, 2],
      [360, 640, 1],
    ] as const;
    for (const [at, currency] of CURRENCIES.entries()) {
      for (const amountMinor of [1n, 14_950n, 123_456_789n, LIMITS.amountMinorMax]) {
        const text = formatMoney({ amountMinor, currency }, locale);
        const shown = shownIn(locale, { total: { amountMinor, currency, text } });
        const [width, height, textScale] = screens[at % screens.length] ?? screens[0];
        const screen = { width, height, cssScale: 1, textScale };
        const layout = layOut(viewFor({ kind: 'review', shown }, 'confirm'), screen, 0, fakeMeasure);
        const pay = layout.controls.find(({ id }) => id === 'accept');
        const drawn = layout.amount.filter((box) => /[\dA-Z]/.test(box.text));
        for (const boxes of [drawn, pay?.label ?? []]) {
          const said = boxes
            .map((box) => box.text)
            .join(' ')
            .replace(/^Pay /, '');
          expect(readBack(said, locale), said).toEqual({ amountMinor, code: currency, decimals: exponentOf(currency) });
        }
        expect(problemsOf(layout), `${text} ${width}`).toEqual([]);
      }
    }
  });
});

describe('rule 3: what, how long, who sells, refund terms, before confirming', () => {
  it('are on the pages of both steps on every screen', () => {
    const shown = shownIn('en', converted);
    for (const screen of SCREENS) {
      for (const step of ['review', 'confirm'] as const) {
        const view = viewFor({ kind: 'review', shown }, step);
        const { pages } = layOut(view, screen, 0, fakeMeasure);
        let said = '';
        for (let page = 0; page < pages; page += 1) {
          const layout = layOut(view, screen, page, fakeMeasure);
          said += textOf([...layout.texts, ...layout.amount]);
        }
        for (const fact of [shown.title, shown.grant, shown.payee, shown.refund, shown.date, shown.rate])
          expect(squeezed(said), `${at(screen)} ${step}`).toContain(squeezed(fact));
        expect(squeezed(said)).toContain(squeezed(shown.original?.text ?? ''));
      }
    }
  });
});

describe('rule 4: accept and decline equal in size, contrast and weight', () => {
  it('on every screen, in every step and language', () => {
    for (const screen of [...SCREENS, ...SCALED_SCREENS]) {
      for (const language of EVERY_LANGUAGE) {
        for (const step of ['review', 'confirm'] as const) {
          const layout = layOut(viewFor({ kind: 'review', shown: shownIn(language) }, step), screen, 0, fakeMeasure);
          const [no, yes] = layout.controls.filter(({ id }) => id !== 'more');
          expect([no?.width, no?.height]).toEqual([yes?.width, yes?.height]);
          const looks = [no, yes].map((one) => one?.label.map(({ size, weight, ink }) => ({ size, weight, ink }))[0]);
          expect(looks[0]).toEqual(looks[1]);
        }
      }
    }
  });
});

describe('rule 12: targets of at least 44 CSS px', () => {
  for (const screen of [...SCREENS, ...SCALED_SCREENS.filter(({ cssScale }) => cssScale <= 2)]) {
    it(`at ${at(screen)}`, () => {
      const layout = layOut(viewFor({ kind: 'review', shown: shownIn('en', hostile) }), screen, 0, fakeMeasure);
      for (const control of layout.controls) {
        expect(control.width * screen.cssScale).toBeGreaterThanOrEqual(TARGET_CSS_PX - 1);
        // The page control is drawn lower; its reach is tested with real presses.
        if (control.id !== 'more') expect(control.height * screen.cssScale).toBeGreaterThanOrEqual(TARGET_CSS_PX - 1);
      }
    });
  }
});

describe('rule 15: text of at least 18 px at 1080p, to 200 % without loss', () => {
  it('at 1080p', () => {
    const layout = layOut(
      viewFor({ kind: 'review', shown: shownIn('en', converted) }),
      { width: 1920, height: 1080, cssScale: 1, textScale: 1 },
      0,
      fakeMeasure,
    );
    for (const text of [...layout.texts, ...layout.amount]) expect(text.size).toBeGreaterThanOrEqual(18);
  });

  it('of at least 26 px in TV mode at 1080p, and twice the running text at 200 %', () => {
    for (const language of EVERY_LANGUAGE) {
      const sizes = [1, 2].map((textScale) => {
        const screen = { width: 1920, height: 1080, cssScale: 1, textScale, tv: true };
        const layout = layOut(viewFor({ kind: 'review', shown: shownIn(language) }), screen, 0, fakeMeasure);
        const texts = [...layout.texts, ...layout.amount, ...layout.controls.flatMap(({ label }) => label)];
        return Math.min(...texts.map(({ size }) => size));
      }) as [number, number];
      expect(sizes[0]).toBeGreaterThanOrEqual(26);
      expect(sizes[1] / sizes[0]).toBeCloseTo(2);
    }
  });

  it('at 200 % everything is still said, over more pages', () => {
    const said = (textScale: number, state: OverlayState): string => {
      const screen = { width: 640, height: 360, cssScale: 1, textScale };
      const { pages } = layOut(viewFor(state), screen, 0, fakeMeasure);
      const layouts = Array.from({ length: pages }, (_, page) => layOut(viewFor(state), screen, page, fakeMeasure));
      const below = layouts.map(({ texts, header }) => textOf(texts.filter(({ y }) => y >= bottom(header))));
      return squeezed(below.join(''));
    };
    for (const language of EVERY_LANGUAGE)
      for (const [name, state] of Object.entries(statesIn(language))) {
        if (name === 'hostile') continue;
        const { passages } = viewFor(state);
        for (const textScale of [1, 2])
          for (const { text, inHead } of passages)
            if (inHead === undefined) expect(said(textScale, state), `${language} ${name}`).toContain(squeezed(text));
      }
  });

  it('doubles running text at 640 x 360 and above', () => {
    for (const [width, height] of [
      [640, 360],
      [960, 540],
      [1920, 1080],
    ] as const) {
      const sizeOf = (textScale: number): number => {
        const screen = { width, height, cssScale: 1, textScale };
        const { controls } = layOut(viewFor({ kind: 'loading' }), screen, 0, fakeMeasure);
        return controls.find(({ id }) => id === 'decline')?.label[0]?.size ?? 0;
      };
      expect(sizeOf(2) / sizeOf(1)).toBeCloseTo(2);
    }
  });

  it('never draws type of fewer than 8 pixels from 320 x 180 on', () => {
    for (const screen of [...SCREENS, ...SCALED_SCREENS]) {
      const layout = layOut(viewFor({ kind: 'review', shown: shownIn('en') }), screen, 0, fakeMeasure);
      for (const { size } of [...layout.texts, ...layout.amount]) expect(size).toBeGreaterThanOrEqual(7.99);
    }
  });
});

describe('rule 17: publishers’ text shown harmlessly, price and buttons still in view', () => {
  it('for random texts of any script and length on any screen', () => {
    const words = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 300 }),
      fc.string({ unit: 'binary', maxLength: 300 }),
    );
    fc.assert(
      fc.property(words, words, words, fc.constantFrom(...SCREENS), fc.nat(9), (title, grant, refund, screen, page) => {
        const shown = shownIn('en', { title, payee: grant, description: refund, grant: title, refund });
        const layout = layOut(viewFor({ kind: 'review', shown }), screen, page, fakeMeasure);
        expect(problemsOf(layout)).toEqual([]);
        expect(layout.controls.filter(({ id }) => id !== 'more')).toHaveLength(2);
      }),
      { numRuns: 400, seed: 20_251_122 },
    );
  });

  it('mirrors a right-to-left language: order of choices, sides, pictures', () => {
    const shown = shownIn('en', { direction: 'rtl' });
    const screen = { width: 960, height: 540, cssScale: 1, textScale: 1 };
    const rtl = layOut(viewFor({ kind: 'review', shown }), screen, 0, fakeMeasure);
    const ltr = layOut(viewFor({ kind: 'review', shown: shownIn('en') }), screen, 0, fakeMeasure);
    expect(problemsOf(rtl)).toEqual([]);
    expect(rtl.well?.x).toBe(screen.width - right(ltr.well as Rect));
    expect(rtl.controls[0]?.x).toBeGreaterThan(rtl.controls[1]?.x ?? Infinity);
    expect(rtl.controls[0]?.id).toBe('decline');
    expect(rtl.brand?.x).toBe(screen.width - right(ltr.brand as Rect));
    expect(rtl.badge?.box.x).toBe(screen.width - right(ltr.badge?.box as Rect));
  });

  it('draws amount and code as a text of its own, in the direction of the language; others’ words in theirs', () => {
    const screen = { width: 960, height: 540, cssScale: 1, textScale: 1 };
    const shown = shownIn('ar', { title: 'The Lantern Belt', refund: shownIn('ar').refund });
    const layout = layOut(viewFor({ kind: 'review', shown }), screen, 0, fakeMeasure);
    expect(layout.amount.map(({ text, direction }) => [text, direction])).toContainEqual(['0.20\u00a0EUR', 'rtl']);
    expect(layout.texts.find(({ text }) => text === 'The Lantern Belt')?.direction).toBe('ltr');
    const turned = layOut(
      viewFor({ kind: 'review', shown: shownIn('en', { title: 'حزام الفوانيس' }) }),
      screen,
      0,
      fakeMeasure,
    );
    expect(turned.texts.find(({ text }) => text === 'حزام الفوانيس')?.direction).toBe('rtl');
  });

  it('has room for words 40 % longer than English', () => {
    for (const screen of [...SCREENS, ...TV_SCREENS])
      for (const [name, state] of Object.entries(statesIn('en')))
        for (const step of ['review', 'confirm'] as const) {
          const layout = layOut(stretched(viewFor(state, step, 20)), screen, 0, fakeMeasure);
          expect.soft(problemsOf(layout), `${name} ${step} at ${at(screen)}`).toEqual([]);
        }
  });
});
