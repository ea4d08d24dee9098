/**
 * Pictures to be looked at, in test-output/look/: `node --conditions=coinslot-source --import tsx
 * tests/overlay/look/pictures.ts [640x360 ...] [strips]`. One sheet per size with every theme, and film strips of the movements,
 * eight moments each.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import type { ThemeName } from '@coinslot/overlay';
import { openStage } from '../lib/browser.ts';

const out = new URL('../../../test-output/look/', import.meta.url);
mkdirSync(out, { recursive: true });
const THEMES: readonly ThemeName[] = ['lantern', 'arcade', 'paper', 'high-contrast'];
const SHEETS = [
  { width: 800, height: 450, states: ['review', 'confirm', 'paying', 'granted', 'refused', 'wallet-absent'] },
  { width: 320, height: 180, states: ['review', 'confirm', 'granted', 'refused'] },
  { width: 390, height: 780, states: ['review', 'granted'] },
  { width: 1920, height: 1080, states: ['confirm'] },
  { width: 640, height: 360, states: ['review'] },
];
/** State before (at rest), state after, moments in ms. */
const STRIPS = [
  ['opening', null, 'review', [17, 50, 100, 150, 220, 300, 420, 520]],
  ['confirm', 'review', 'confirm', [17, 50, 100, 150, 220, 320, 420, 520]],
  ['paying', 'confirm', 'paying', [33, 250, 500, 750, 1_000, 1_250, 1_500, 1_750]],
  ['granted', 'paying', 'granted', [120, 260, 400, 480, 560, 700, 900, 1_400]],
  ['refused', 'paying', 'refused', [33, 120, 220, 320, 420, 500, 580, 760]],
] as const;

const what = process.argv.slice(2);
const wants = (part: string): boolean => what.length === 0 || what.includes(part);
const { page, close, complaints } = await openStage();
// tsx names inner functions by a helper that the page does not have.
await page.evaluate('globalThis.__name = (one) => one');

/** Runs in the page: a sheet of pictures of the stage, drawn one after the other. */
type Shot = { theme: ThemeName; before: string | null; state: string; afterMs: number };
const sheet = (name: string, width: number, height: number, columns: number, shots: readonly Shot[]): Promise<void> =>
  page
    .evaluate(
      async ([w, h, perRow, all]) => {
        const canvas = document.createElement('canvas');
        canvas.width = w * Math.min(perRow, all.length);
        canvas.height = h * Math.ceil(all.length / perRow);
        const pen = canvas.getContext('2d') as CanvasRenderingContext2D;
        const enter = (state: string): void => {
          const states = window.stage.statesIn('en');
          if (state !== 'confirm') return window.stage.show(states[state] as never);
          window.stage.show(states['review'] as never);
          window.stage.run(1_500);
          window.stage.keys(['ArrowLeft', 'Enter']);
        };
        for (const [at, { theme, before, state, afterMs }] of all.entries()) {
          await window.stage.open({ width: w, height: h, theme, reducedMotion: false, walletOpens: true });
          if (before !== null) {
            enter(before);
            window.stage.run(1_500);
          }
          enter(state);
          window.stage.run(afterMs);
          const image = new Image();
          image.src = window.stage.picture();
          await image.decode();
          pen.drawImage(image, (at % perRow) * w, Math.floor(at / perRow) * h);
        }
        return canvas.toDataURL('image/png');
      },
      [width, height, columns, shots] as const,
    )
    .then((url) => writeFileSync(new URL(`${name}.png`, out), Buffer.from(url.split(',')[1] ?? '', 'base64')));

for (const { width, height, states } of SHEETS) {
  if (!wants(`${width}x${height}`)) continue;
  const shots = THEMES.flatMap((theme) =>
    states.map((state) => ({ theme, before: null, state, afterMs: state === 'paying' ? 2_000 : 1_500 })),
  );
  await sheet(`themes-${width}x${height}`, width, height, states.length === 1 ? 2 : states.length, shots);
}
if (wants('strips'))
  for (const [name, before, state, moments] of STRIPS)
    for (const theme of ['lantern', 'arcade', 'paper'] as const) {
      const shots = moments.map((afterMs) => ({ theme, before, state, afterMs }));
      await sheet(`strip-${name}-${theme}`, 640, 360, 4, shots);
    }
process.stdout.write(complaints.map((line) => `${line}\n`).join(''));
await close();
