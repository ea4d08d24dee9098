import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { LANGUAGES } from '../../../overlay/src/words/index.ts';
import { openStage, type OpenedStage } from '../lib/browser.ts';
import { coarse, differingShare } from '../lib/pictures-differ.ts';
import { EVERY_LANGUAGE, shownIn } from '../lib/samples.ts';
import { swappedDigits } from '../lib/swapped-digits.ts';
import { DIFFERING_SHARE_MAX, SCENES, type VisualScene } from '../scenes/scenes.ts';

const require = createRequire(import.meta.url);
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

interface AxeRun {
  axe: { run(context: Element): Promise<{ violations: { id: string; nodes: unknown[] }[] }> };
}

const SCENES_DRAWN = new URL('../../../test-output/scenes/', import.meta.url);
const EVERY_LOOK = process.env['COINSLOT_EVERY_LOOK'] === '1';

let opened: OpenedStage;
let page: Page;

beforeAll(async () => {
  opened = await openStage();
  page = opened.page;
});
afterAll(() => opened.close());
afterEach(() => expect(opened.complaints.splice(0)).toEqual([]));

/** Opens the level offer and lets the guard pass. */
const openReview = (width = 960, height = 540): Promise<void> =>
  page.evaluate(
    async ([w, h]) => {
      await window.stage.open({ width: w, height: h, walletOpens: true });
      window.stage.show(window.stage.statesIn('en')['review'] as never);
      window.stage.run(600);
    },
    [width, height] as const,
  );

const intents = (): Promise<string[]> => page.evaluate(() => [...window.stage.intents]);
const run = (ms: number): Promise<number> => page.evaluate((time) => window.stage.run(time), ms);

/** A press through the pointer door. */
const pressAt = (x: number, y: number): Promise<void> =>
  page.evaluate(
    ([px, py]) => {
      for (const type of ['move', 'down', 'up'] as const) window.stage.port().pointer(type, px, py, 1);
    },
    [x, y] as const,
  );

const middleOf = (
  id: 'decline' | 'continue' | 'accept',
  step: 'review' | 'confirm' = 'review',
): Promise<[number, number]> =>
  page.evaluate(([control, at]) => window.stage.middleOf(control, at), [id, step] as const);

describe('drawing', () => {
  it('draws every state, each its own picture', async () => {
    const hashes = await page.evaluate(async () => {
      const found: Record<string, string> = {};
      await window.stage.open({ width: 640, height: 360, walletOpens: true });
      for (const [name, state] of Object.entries(window.stage.statesIn('en'))) {
        window.stage.show(state);
        window.stage.run(50);
        const digest = await crypto.subtle.digest('SHA-256', Uint8Array.from(window.stage.pixels()));
        found[name] = Array.from(new Uint8Array(digest).slice(0, 8)).join('.');
      }
      return found;
    });
    expect(new Set(Object.values(hashes)).size).toBe(Object.keys(hashes).length);
  });

  it('rule 14: lets no game through the panel, whose contrast therefore holds over any frame', async () => {
    await openReview(640, 360);
    const alphas = await page.evaluate(() => {
      const pixels = window.stage.pixels();
      const found = new Set<number>();
      for (let y = 40; y < 320; y += 1) for (let x = 40; x < 600; x += 1) found.add(pixels[(y * 640 + x) * 4 + 3] ?? 0);
      return [...found];
    });
    expect(alphas).toEqual([255]);
  });

  it('shows the same pixels after hundreds of changed texts as a fresh overlay does', async () => {
    const random = fc.sample(
      fc.record({
        title: fc.string({ unit: 'grapheme', maxLength: 60 }),
        grant: fc.string({ maxLength: 60 }),
        refund: fc.string({ unit: 'grapheme-ascii', maxLength: 300 }),
        minor: fc.integer({ min: 1, max: 99_999_999 }),
        kind: fc.constantFrom('review', 'paying', 'pending', 'granted'),
      }),
      { numRuns: 300, seed: 7 },
    );
    const wrong = await page.evaluate(async (samples) => {
      const stateOf = (sample: (typeof samples)[number]): never => {
        const review = window.stage.statesIn('en')['review'] as { shown: object };
        const { minor, title, grant, refund, kind } = sample;
        const text = `EUR\u00a0${Math.floor(minor / 100)}.${String(minor % 100).padStart(2, '0')}`;
        const total = { amountMinor: BigInt(minor), currency: 'EUR', text };
        return { kind, shown: { ...review.shown, title, grant, refund, total } } as never;
      };
      const size = { width: 640, height: 360 };
      await window.stage.open(size);
      const kept: { at: number; pixels: Uint8ClampedArray }[] = [];
      for (const [at, sample] of samples.entries()) {
        window.stage.show(stateOf(sample));
        window.stage.run(40);
        if (at % 10 === 9) kept.push({ at, pixels: window.stage.pixels() });
      }
      const differing: number[] = [];
      for (const { at, pixels } of kept) {
        await window.stage.open(size);
        window.stage.show(stateOf(samples[at] as (typeof samples)[number]));
        window.stage.run(40);
        const fresh = window.stage.pixels();
        if (fresh.length !== pixels.length || fresh.some((value, index) => value !== pixels[index])) differing.push(at);
      }
      return {
        differing,
        compared: kept.length,
        blank: kept.some(({ pixels }) => pixels.every((value) => value === 0)),
      };
    }, random);
    expect(wrong).toEqual({ differing: [], compared: 30, blank: false });
  });

  it('draws with WebGL too, nearly the same', async () => {
    const webgl = await openStage();
    const share = await webgl.page.evaluate(async () => {
      const pictures: Uint8ClampedArray[] = [];
      for (const surface of ['canvas', 'webgl'] as const) {
        await window.stage.open({ width: 640, height: 360, surface });
        window.stage.show(window.stage.statesIn('en')['converted'] as never);
        window.stage.run(50);
        pictures.push(window.stage.pixels());
      }
      const [one, other] = pictures as [Uint8ClampedArray, Uint8ClampedArray];
      return one.filter((value, at) => Math.abs(value - (other[at] ?? 0)) > 40).length / one.length;
    });
    await webgl.close();
    expect(share).toBeLessThan(0.004);
  });

  it('rule 16: reduced motion changes at once and never animates; else it animates and comes to rest', async () => {
    const counted = await page.evaluate(async () => {
      const drawn: Record<string, number[]> = {};
      for (const reducedMotion of [true, false]) {
        await window.stage.open({ width: 640, height: 360, reducedMotion });
        const counts: number[] = [];
        for (const name of ['review', 'granted', 'paying']) {
          window.stage.show(window.stage.statesIn('en')[name] as never);
          counts.push(window.stage.run(2_000), window.stage.run(1_000), Number(window.stage.animating()));
        }
        drawn[reducedMotion ? 'reduced' : 'full'] = counts;
      }
      return drawn;
    });
    expect(counted['reduced']).toEqual([1, 0, 0, 1, 0, 0, 1, 0, 0]);
    const [opening, still, , dropping, rest, , , turning, turns] = counted['full'] as number[];
    expect(opening).toBeGreaterThan(10);
    expect([still, rest]).toEqual([0, 0]);
    expect(dropping).toBeGreaterThan(40);
    // A turning coin asks for about thirty pictures a second, not sixty.
    expect(turning).toBeGreaterThan(15);
    expect(turning).toBeLessThan(35);
    expect(turns).toBe(1);
  });

  it('follows a new size, and draws nothing once hidden', async () => {
    await openReview(640, 360);
    const sizes = await page.evaluate(() => {
      const port = window.stage.port();
      port.resize(1920, 1080, 0.5);
      window.stage.run(50);
      const large = [port.canvas.width, port.canvas.height, window.stage.pixels().some((value) => value > 0)];
      port.hide();
      return [large, window.stage.pixels().some((value) => value > 0), window.stage.run(500), port.animating()];
    });
    expect(sizes).toEqual([[1920, 1080, true], false, 0, false]);
  });

  it('asks for no animation frame of its own, open or hidden', async () => {
    const frames = await page.evaluate(async () => {
      let asked = 0;
      const original = window.requestAnimationFrame.bind(window);
      window.requestAnimationFrame = (callback) => {
        asked += 1;
        return original(callback);
      };
      await window.stage.open({ width: 640, height: 360, reducedMotion: false });
      window.stage.show(window.stage.statesIn('en')['paying'] as never);
      window.stage.run(500);
      window.stage.hide();
      // Two real frames pass; a loop that was left running would ask again in them.
      const before = asked;
      await new Promise((resolve) => original(() => original(resolve)));
      window.requestAnimationFrame = original;
      return [before, asked];
    });
    expect(frames).toEqual([0, 0]);
  });

  it('works under a Content-Security-Policy without eval, inline styles or data URLs', async () => {
    const strict = await openStage({ policy: "default-src 'none'; script-src 'self'" });
    const price = await strict.page.evaluate(async () => {
      await window.stage.open({ width: 640, height: 360 });
      window.stage.show(window.stage.statesIn('en')['review'] as never);
      window.stage.run(50);
      return [
        window.stage.pixels().some((value) => value > 200),
        Array.from(document.fonts, (face) => `${face.family} ${face.status}`),
      ];
    });
    await strict.close();
    expect(price).toEqual([true, ['Coinslot Inter loaded', 'Coinslot Inter loaded']]);
    // Pixi tries `new Function` once to find out; nothing else may be refused.
    for (const complaint of strict.complaints) expect(complaint).toMatch(/eval/);
  });
});

describe('rules 1, 15 and 17: with the fonts that are bundled nothing is cut, covered or broken within a word', () => {
  it.each(EVERY_LANGUAGE)(
    'in %s at 320 x 180, at 640 x 360 with text of 200 %, and on a television',
    async (language) => {
      const problems = await page.evaluate(async (locale) => {
        const wrong: string[] = [];
        for (const size of [
          { width: 320, height: 180 },
          { width: 640, height: 360, textScale: 2 },
          { width: 1280, height: 720, tv: true },
        ]) {
          await window.stage.open({ ...size, locale, walletOpens: true });
          for (const [name, state] of Object.entries(window.stage.statesIn(locale))) {
            window.stage.show(state);
            const found = window.stage.problems('review', name === 'review' ? 20 : null);
            if (name === 'review' || name === 'converted') found.push(...window.stage.problems('confirm'));
            wrong.push(...found.map((one) => `${name} ${size.width}x${size.height}: ${one}`));
          }
        }
        return wrong;
      }, language);
      expect(problems).toEqual([]);
    },
  );
});

describe('rule 17: fonts', () => {
  const fontsIn = (locale: string, offer: string): Promise<string[]> =>
    page.evaluate(
      async ([game, wallet]) => {
        await window.stage.open({ width: 640, height: 360, locale: game });
        const family = { ar: 'Coinslot Arabic', ja: 'Coinslot Japanese' }[wallet] ?? 'Coinslot Inter';
        const has = (): boolean => Array.from(document.fonts).some((face) => face.family.includes(family));
        window.stage.show(window.stage.statesIn(wallet as 'ar')['review'] as never);
        window.stage.run(50);
        const asked = window.stage.renderRequests;
        while (!has()) await new Promise((resolve) => setTimeout(resolve));
        // The picture is made anew with the font that came.
        while (game !== wallet && window.stage.renderRequests === asked)
          await new Promise((resolve) => setTimeout(resolve));
        return [...new Set(Array.from(document.fonts, (face) => face.family.replaceAll('"', '')))].sort();
      },
      [locale, offer] as const,
    );

  it('loads the font of a language for that language only, with the overlay or when an offer speaks it', async () => {
    const fresh = await openStage();
    const other = page;
    page = fresh.page;
    try {
      expect(await fontsIn('en', 'en')).toEqual(['Coinslot Inter']);
      expect(await fontsIn('de', 'ja')).toEqual(['Coinslot Inter', 'Coinslot Japanese']);
      expect(await fontsIn('ar', 'ar')).toEqual(['Coinslot Arabic', 'Coinslot Inter', 'Coinslot Japanese']);
    } finally {
      page = other;
      await fresh.close();
    }
  });
});

describe('visual scenes', () => {
  const drawn = async (scene: VisualScene): Promise<Buffer> => {
    const picture = await page.evaluate(async ({ state, language, ...options }) => {
      await window.stage.open({ ...options, locale: language, walletOpens: true });
      const states = window.stage.statesIn(language);
      window.stage.show((states[state] ?? states['review']) as never);
      if (state === 'confirm') window.stage.goOn();
      window.stage.run(2_000);
      return window.stage.plainPicture();
    }, scene);
    return Buffer.from(picture.split(',')[1] ?? '', 'base64');
  };
  const fileOf = ({ name }: VisualScene): URL => new URL(`../scenes/${name}.png`, import.meta.url);

  it.each(SCENES)('$name', async (scene) => {
    const picture = await drawn(scene);
    if (process.env['COINSLOT_REDRAW_SCENES'] === '1') writeFileSync(fileOf(scene), coarse(picture));
    const share = differingShare(readFileSync(fileOf(scene)), picture);
    if (share > DIFFERING_SHARE_MAX) {
      mkdirSync(SCENES_DRAWN, { recursive: true });
      writeFileSync(new URL(`${scene.name}.png`, SCENES_DRAWN), picture);
    }
    expect(share, `what was drawn is in test-output/scenes/${scene.name}.png`).toBeLessThanOrEqual(DIFFERING_SHARE_MAX);
  });

  it('are told apart by a word more and by another theme', async () => {
    const [scene] = SCENES as [VisualScene];
    const before = readFileSync(fileOf(scene));
    expect(differingShare(before, await drawn({ ...scene, state: 'not-enough' }))).toBeGreaterThan(DIFFERING_SHARE_MAX);
    expect(differingShare(before, await drawn({ ...scene, theme: 'arcade' }))).toBeGreaterThan(DIFFERING_SHARE_MAX);
  });
});

describe('rule 2: the amount is drawn as it is', () => {
  it('a studio’s font whose digits are swapped draws no figure of the dialog', async () => {
    const font = Array.from(await swappedDigits());
    const drawn = await page.evaluate(async (bytes) => {
      const range = { unicodeRange: 'U+30-39' };
      document.fonts.add(await new FontFace('Swapped', Uint8Array.from(bytes), range).load());
      const pen = document.createElement('canvas').getContext('2d') as CanvasRenderingContext2D;
      const widthOf = (text: string, family: string): number => {
        pen.font = `400 40px ${family}`;
        return pen.measureText(text).width;
      };
      const pixels: Record<string, string> = {};
      for (const fontFamily of ['', 'Swapped'])
        for (const [name, state] of Object.entries(window.stage.statesIn('en'))) {
          await window.stage.open({
            width: 640,
            height: 360,
            walletOpens: true,
            theme: { base: 'lantern', fontFamily },
          });
          window.stage.show(state);
          window.stage.run(600);
          pixels[`${name} ${fontFamily}`] = window.stage.plainPicture();
        }
      // The font does lie: its 1 is Inter's 2.
      const widths = ['Swapped', '"Coinslot Inter"'].map((family) =>
        [...'0123456789'].map((one) => widthOf(one, family)),
      );
      const names = Object.keys(window.stage.statesIn('en'));
      return { widths, changed: names.filter((name) => pixels[`${name} `] !== pixels[`${name} Swapped`]) };
    }, font);
    const [swapped = [], inter = []] = drawn.widths;
    expect(swapped.slice(0, 9)).toEqual(inter.slice(1));
    expect(drawn.changed).toEqual([]);
  });
});

describe('rule 14: contrast, by the pixels of twenty game frames', () => {
  const over = (look: object, locale: string): Promise<{ ratio: number; text: string }> =>
    page.evaluate(
      async ([theme, language]) => {
        await window.stage.open({ width: 640, height: 360, locale: language, ...theme });
        window.stage.show(window.stage.statesIn(language as 'en')['converted'] as never);
        window.stage.run(50);
        return window.stage.contrastOver(20);
      },
      [look, locale] as const,
    );

  it.each([
    ['lantern', 4.5, { theme: 'lantern' }, 'en'],
    ['arcade', 4.5, { theme: 'arcade' }, 'ar'],
    ['paper', 4.5, { theme: 'paper' }, 'ja'],
    ['high contrast, asked for', 7, { highContrast: true, theme: 'paper' }, 'de'],
  ] as const)('%s: at least %f : 1', async (_name, least, look, locale) => {
    const found = await over(look, locale);
    expect(found.ratio, found.text).toBeGreaterThanOrEqual(least);
  });

  it('high contrast where the player’s system asks for it: 7 : 1, whatever the studio’s theme', async () => {
    await page.emulateMedia({ contrast: 'more' });
    const found = await over({ theme: 'arcade' }, 'fr');
    await page.emulateMedia({ contrast: 'no-preference' });
    expect(found.ratio, found.text).toBeGreaterThanOrEqual(7);
  });
});

describe('rule 12: pointer only', () => {
  it('goes through both steps by presses on the drawn buttons, and pays once', async () => {
    await openReview();
    await pressAt(...(await middleOf('continue')));
    const pay = await middleOf('accept', 'confirm');
    await pressAt(...pay);
    expect(await intents()).toEqual([]);
    await run(600);
    await pressAt(...pay);
    await pressAt(...pay);
    expect(await intents()).toEqual(['accept']);
  });

  it('declines at the other button, and does nothing beside both', async () => {
    await openReview();
    const [x, y] = await middleOf('decline');
    const [otherX] = await middleOf('continue');
    await pressAt((x + otherX) / 2, y);
    await pressAt(x, y - 80);
    await pressAt(5, 5);
    expect(await intents()).toEqual([]);
    await pressAt(x, y);
    expect(await intents()).toEqual(['decline']);
  });

  it('finds the small page control within 44 CSS px', async () => {
    await page.evaluate(async () => {
      await window.stage.open({ width: 960, height: 540 });
      window.stage.show(window.stage.statesIn('en')['hostile'] as never);
      window.stage.run(600);
    });
    const more = page.getByRole('button', { name: /^More, page/ });
    expect(await more.textContent()).toMatch(/page 1 of/);
    const presses = await page.evaluate(() => {
      // The highest and the lowest row at which a press on the control's column turns the page.
      const label = (): string => document.querySelector('[role=dialog] button')?.textContent ?? '';
      const rows: number[] = [];
      for (let y = 0; y < 540; y += 1) {
        const before = label();
        for (const type of ['down', 'up'] as const) window.stage.port().pointer(type, 200, y, 1);
        if (label() !== before) rows.push(y);
        if (window.stage.intents.length > 0) break;
      }
      return rows.length;
    });
    expect(presses).toBeGreaterThanOrEqual(44);
  });
});

describe('rule 12: keyboard only', () => {
  it('opens, moves, pays and gives focus back, with real keys', async () => {
    await page.evaluate(() => document.querySelector('canvas')?.focus());
    await openReview();
    const heard = await page.evaluateHandle(() => {
      const keys: string[] = [];
      window.addEventListener('keydown', (event) => keys.push(event.key));
      return keys;
    });
    expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('dialog');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Not now');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Not now');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await run(600);
    expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('dialog');
    await page.keyboard.press('ArrowLeft');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Pay EUR\u00a00.20');
    await page.keyboard.press(' ');
    expect(await intents()).toEqual(['accept']);
    await run(600);
    // Keys of the dialog end in the dialog: a game that listens on the window hears none.
    expect(await heard.jsonValue()).toEqual([]);
    await page.evaluate(() => window.stage.hide());
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('CANVAS');
    expect(await page.locator('[role=dialog]').count()).toBe(0);
  });

  it('takes an event once, though both the mirror and the game hand it on', async () => {
    await openReview();
    const place = await page.evaluate(() => {
      const port = window.stage.port();
      const down = new KeyboardEvent('keydown', {
        key: 'ArrowRight',
        code: 'ArrowRight',
        bubbles: true,
        cancelable: true,
      });
      document.activeElement?.dispatchEvent(down);
      port.key(down);
      port.key(down);
      return [document.activeElement?.textContent, down.defaultPrevented];
    });
    expect(place).toEqual(['Not now', true]);
  });

  it('waits for a key that came up outside of the dialog', async () => {
    await page.evaluate(async () => {
      await window.stage.open({ width: 640, height: 360 });
      window.stage.show(window.stage.statesIn('en')['review'] as never);
      const port = window.stage.port();
      port.key(new KeyboardEvent('keydown', { key: 'd', code: 'KeyD', repeat: true }));
      window.stage.run(900);
      port.key(new KeyboardEvent('keydown', { key: 'Escape', code: 'Escape' }));
    });
    expect(await intents()).toEqual([]);
    await page.evaluate(() => {
      for (const code of ['KeyD', 'Escape']) window.dispatchEvent(new KeyboardEvent('keyup', { code }));
      window.stage.port().key(new KeyboardEvent('keydown', { key: 'Escape', code: 'Escape' }));
    });
    expect(await intents()).toEqual(['decline']);
  });
});

describe('rule 13: the mirror DOM', () => {
  it('is a modal dialog, labelled, described by the price, with real buttons', async () => {
    await openReview();
    const dialog = page.getByRole('dialog', { name: 'Level 3: The Lantern Belt' });
    expect(await dialog.getAttribute('aria-modal')).toBe('true');
    const described = await dialog.evaluate(
      (element) => document.getElementById(element.getAttribute('aria-describedby') ?? '')?.textContent,
    );
    expect(described).toBe('Total, EUR\u00a00.20');
    expect(await dialog.getByRole('button').allTextContents()).toEqual(['Not now', 'Continue']);
    const said = await dialog.textContent();
    for (const fact of ['Level 3, yours to keep', 'Lumen Works', 'Within 14 days', '22 November 2025', 'TEST'])
      expect(said).toContain(fact);
  });

  it('operates the same dialog by clicks of assistive technology, under the same guard', async () => {
    await openReview();
    const click = (name: string): Promise<void> =>
      page.getByRole('button', { name, exact: true }).evaluate((button) => (button as HTMLButtonElement).click());
    await click('Continue');
    await click('Pay EUR 0.20');
    expect(await intents()).toEqual([]);
    await run(600);
    await click('Pay EUR 0.20');
    expect(await intents()).toEqual(['accept']);
  });

  it('announces each state', async () => {
    await openReview();
    const status = page.getByRole('status');
    const said: (string | null)[] = [await status.textContent()];
    for (const name of ['paying', 'granted', 'refused-unknown', 'not-paired']) {
      await page.evaluate((one) => window.stage.show(window.stage.statesIn('en')[one] as never), name);
      said.push(await status.textContent());
    }
    expect(said).toEqual([
      'Level 3: The Lantern Belt. Total: EUR\u00a00.20.',
      'Paying. Total: EUR\u00a00.20. Your wallet is paying. This usually takes a moment.',
      'Thank you. Paid: EUR\u00a00.20. Level 3, yours to keep.',
      'No answer yet. We do not know yet whether you were charged. The card was taken out too early. Insert it again: the same payment is looked up, never paid twice.',
      'Connect this game first. Nothing was charged. Your wallet asks you on its own page: open it there with your PIN if it is locked, and accept this game.',
    ]);
  });

  it('announces the technical time-out, and declines when nobody is there', async () => {
    await page.clock.install();
    await page.evaluate(async () => {
      await window.stage.open({ width: 640, height: 360, idleTimeoutMs: 60_000 });
      window.stage.show(window.stage.statesIn('en')['review'] as never);
      window.stage.run(40_000, 1_000);
    });
    await page.clock.runFor(40_100);
    expect(await page.getByRole('status').textContent()).toMatch(/^Are you still there\? .*20 seconds/);
    await page.evaluate(() => window.stage.run(20_000, 1_000));
    await page.clock.runFor(20_100);
    expect(await intents()).toEqual(['decline']);
    await page.clock.resume();
  });

  it('has nothing axe complains of, in any state and language', async () => {
    await page.evaluate(AXE);
    const names = await page.evaluate(() => Object.keys(window.stage.statesIn('en')));
    for (const [languageAt, language] of EVERY_LANGUAGE.entries()) {
      await page.evaluate(
        (locale) => window.stage.open({ width: 640, height: 360, locale, walletOpens: true }),
        language,
      );
      for (const [stateAt, name] of names.entries()) {
        // The states share the languages; all of them in all take half a minute.
        if (!EVERY_LOOK && stateAt % EVERY_LANGUAGE.length !== languageAt && name !== 'review') continue;
        const violations = await page.evaluate(
          async ([locale, state]) => {
            window.stage.show(window.stage.statesIn(locale)[state] as never);
            const { axe } = window as unknown as AxeRun;
            const found = await axe.run(document.documentElement);
            return found.violations.map(({ id, nodes }) => `${id} x${nodes.length}`);
          },
          [language, name] as const,
        );
        expect(violations, `${language} ${name}`).toEqual([]);
      }
    }
  });

  it.each(EVERY_LANGUAGE)('a whole purchase by roles alone, as a screen reader makes it, in %s', async (language) => {
    const words = LANGUAGES[language];
    const shown = shownIn(language);
    await page.evaluate(async (locale) => {
      await window.stage.open({ width: 640, height: 360, locale });
      window.stage.show({ kind: 'loading' });
      window.stage.show(window.stage.statesIn(locale)['review'] as never);
      window.stage.run(600);
    }, language);
    // Assistive technology presses through the element, not through a place on the screen.
    const press = (name: string): Promise<void> =>
      page.getByRole('dialog').getByRole('button', { name, exact: true }).dispatchEvent('click');
    const dialog = page.getByRole('dialog', { name: shown.title, exact: true });
    expect([await dialog.getAttribute('lang'), await dialog.getAttribute('dir')]).toEqual([language, words.direction]);
    expect(await page.getByRole('status').textContent()).toContain(shown.total.text.replace('\u200f', ''));
    await press(words.goOn);
    await run(600);
    expect(await page.getByRole('dialog', { name: words.confirm.title, exact: true }).count()).toBe(1);
    await press(words.pay(shown.total.text.replace('\u200f', '')));
    expect(await intents()).toEqual(['accept']);
    expect(await page.getByRole('heading', { name: words.paying.title, exact: true }).count()).toBe(1);
    await page.evaluate((locale) => {
      window.stage.show(window.stage.statesIn(locale)['granted'] as never);
      window.stage.run(600);
    }, language);
    expect(await page.getByRole('status').textContent()).toContain(words.granted.paid);
    await press(words.playOn);
    expect(await intents()).toEqual(['accept', 'close']);
  });

  it('sets the direction of words that read the other way than the dialog', async () => {
    const directions = await page.evaluate(async () => {
      await window.stage.open({ width: 640, height: 360, locale: 'ar' });
      const { shown } = window.stage.statesIn('ar')['review'] as { shown: object };
      window.stage.show({ kind: 'review', shown: { ...shown, title: 'The Lantern Belt' } } as never);
      return Array.from(document.querySelectorAll<HTMLElement>('[role=dialog] [dir]'), ({ dir, textContent }) => [
        dir,
        textContent,
      ]);
    });
    expect(directions).toEqual([['ltr', 'The Lantern Belt']]);
  });

  it('treats markup of a publisher as text', async () => {
    await openReview();
    await page.evaluate(() => window.stage.show(window.stage.statesIn('en')['hostile'] as never));
    expect(await page.locator('[role=dialog] b').count()).toBe(0);
    expect(await page.locator('[role=dialog] h2').textContent()).toContain('<b onclick="alert(1)">FREE</b>');
  });
});

describe('sound', () => {
  it('plays each moment through howler once, and leaves the audio of the page awake', async () => {
    const heard = await page.evaluate(async () => {
      await window.stage.open({ width: 640, height: 360, sound: true, reducedMotion: false });
      await window.stage.soundLoaded();
      const before = window.stage.soundsPlayed();
      window.stage.show(window.stage.statesIn('en')['granted'] as never);
      const after = window.stage.soundsPlayed();
      window.stage.hide();
      return { before, after, ...window.stage.howlerState() };
    });
    expect(heard).toEqual({ before: 0, after: 2, autoSuspend: false });
  });
});
