/** One contact sheet: rows of states, each in three canvas sizes, three themes and two sizes of text, checked as it is drawn. */
import type { OverlayState } from '@coinslot/overlay';
import type { OpenedStage } from '../../tests/overlay/lib/browser.ts';

/** A row of pictures. */
export interface SheetRow {
  readonly name: string;
  readonly state: OverlayState;
  /** `confirm`: the second step of an offer. */
  readonly step: 'review' | 'confirm';
  /** Also without room for the time that is left: the offer closes soon. */
  readonly closesSoon: boolean;
}

export interface Sheet {
  /** PNG. */
  readonly png: Uint8Array;
  readonly pictures: number;
  /** What is cut, covered or outside, a line each; the themes share their rectangles and are named once. */
  readonly findings: readonly string[];
}

const THEMES = ['lantern', 'arcade', 'paper'] as const;
const TEXT_SIZES = [1, 2] as const;
/** Left edge of each size's block of six in a row, and how many of them stand side by side. */
const SIZES = [
  { width: 320, height: 180, x: 0, across: 3 },
  { width: 640, height: 360, x: 960, across: 3 },
  { width: 360, height: 640, x: 2_880, across: 6 },
] as const;
const ROW = { width: 5_040, height: 720, head: 26 } as const;
const SECONDS_LEFT = 20;

/** Draws the rows in a language, by the overlay itself. */
export async function drawSheet(page: OpenedStage['page'], locale: string, rows: readonly SheetRow[]): Promise<Sheet> {
  await page.evaluate(([row, count]) => window.stage.sheet.begin(row.width, count * (row.height + row.head)), [
    ROW,
    rows.length,
  ] as const);
  const found: string[] = [];
  for (const { x, across, ...size } of SIZES)
    for (const [textAt, textScale] of TEXT_SIZES.entries())
      for (const [themeAt, theme] of THEMES.entries()) {
        const at = textAt * THEMES.length + themeAt;
        const left = x + (at % across) * size.width;
        const top = ROW.head + Math.floor(at / across) * size.height;
        found.push(...(await drawBlock(page, { ...size, textScale, theme, locale }, rows, left, top)));
      }
  const png = await page.evaluate(
    ([names, row, language]) => {
      for (const [line, name] of names.entries())
        window.stage.sheet.write(`${language}  ${name}`, 8, line * (row.height + row.head) + row.head - 7);
      return window.stage.sheet.png();
    },
    [rows.map(({ name }) => name), ROW, locale] as const,
  );
  const pictures = rows.length * SIZES.length * TEXT_SIZES.length * THEMES.length;
  const findings = [...new Set(found.map((one) => one.replace(/ (?:lantern|arcade|paper) /, ' ')))];
  return { png: Buffer.from(png, 'base64'), pictures, findings };
}

interface Look {
  readonly width: number;
  readonly height: number;
  readonly textScale: number;
  readonly theme: (typeof THEMES)[number];
  readonly locale: string;
}

/** Every row in one size, theme and size of text; what is wrong with them. */
function drawBlock(
  page: OpenedStage['page'],
  look: Look,
  rows: readonly SheetRow[],
  left: number,
  top: number,
): Promise<string[]> {
  return page.evaluate(
    async ([wanted, all, row, x, y, secondsLeft]) => {
      const { stage } = window;
      await stage.open({ ...wanted, walletOpens: true });
      const { width, height, theme, textScale } = wanted;
      return all.flatMap(({ name, state, step, closesSoon }, line) => {
        stage.show(state);
        if (step === 'confirm') stage.goOn();
        else stage.run(50);
        const problems = [...stage.problems(step), ...(closesSoon ? stage.problems('review', secondsLeft) : [])];
        stage.sheet.place(x, line * (row.height + row.head) + y);
        return problems.map((one) => `${name} ${width}x${height} ${theme} ${textScale * 100} %: ${one}`);
      });
    },
    [look, rows, ROW, left, top, SECONDS_LEFT] as const,
  );
}
