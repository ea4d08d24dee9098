/**
 * Draws every state to test-output/overlay/*.png, to be looked at:
 * `node --conditions=coinslot-source --import tsx tests/overlay/pictures.ts [name part]`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { openStage } from './lib/browser.ts';
import { statesIn } from './lib/samples.ts';

const SIZES = [
  [320, 180],
  [640, 360],
  [960, 540],
  [1920, 1080],
  [390, 780],
] as const;
const out = new URL('../../test-output/overlay/', import.meta.url);
const wanted = process.argv[2] ?? '';
mkdirSync(out, { recursive: true });

const { page, close, complaints } = await openStage();
for (const [width, height] of SIZES) {
  for (const textScale of [1, 2]) {
    for (const language of ['en', 'fr'] as const) {
      const names = [...Object.keys(statesIn(language)), 'confirm'];
      const named = names.map((name) => ({ name, file: `${width}x${height}-${textScale}x-${language}-${name}` }));
      const asked = named.filter(({ file }) => file.includes(wanted));
      for (const { name, file } of asked) {
        const picture = await page.evaluate(
          async ([w, h, scale, one, state]) => {
            await window.stage.open({ width: w, height: h, textScale: scale, locale: one, walletOpens: true });
            const states = window.stage.statesIn(one);
            window.stage.show((states[state] ?? states['review']) as never);
            window.stage.run(600);
            if (state === 'confirm') window.stage.keys(['ArrowLeft', 'Enter']);
            window.stage.run(600);
            if (state === 'confirm') window.stage.keys(['Tab']);
            window.stage.run(50);
            return window.stage.picture();
          },
          [width, height, textScale, language, name] as const,
        );
        writeFileSync(new URL(`${file}.png`, out), Buffer.from(picture.split(',')[1] ?? '', 'base64'));
      }
    }
  }
}
process.stdout.write(complaints.map((line) => `${line}\n`).join(''));
await close();
