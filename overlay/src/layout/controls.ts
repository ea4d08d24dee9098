/** The choices, all of one size, face and weight whatever their words; and the control that turns pages. */
import type { Choice, View } from '../dialog/view.ts';
import { breakable, unbroken } from '../text/wrap.ts';
import { rect } from './geometry.ts';
import { TARGET_CSS_PX } from './scale.ts';
import type { Face, Setter } from './type.ts';
import type { ControlBox } from './types.ts';

export interface Block<T> {
  readonly width: number;
  readonly height: number;
  place(x: number, y: number): T;
}

interface Labels {
  readonly face: Face;
  readonly lines: readonly (readonly string[])[];
}

const target = (setter: Setter): number => Math.ceil(TARGET_CSS_PX * setter.scale.cssPx);

/** In one row over `width`; in one column where `stackable` and the words would not fit side by side. */
export function choiceBlock(
  choices: readonly Choice[],
  setter: Setter,
  width: number,
  stackable: boolean,
): Block<ControlBox[]> {
  const { unit } = setter.scale;
  const gap = Math.round((stackable ? 10 : 12) * unit);
  const paddingX = 8 * unit;
  const columns = Math.floor((width - gap * (choices.length - 1)) / choices.length);
  const row = labelsIn(choices, setter, columns - 2 * paddingX);
  const stacked = stackable && choices.length > 1 && (row === undefined || row.face.size < setter.face('button').size);
  const labels = stacked
    ? (labelsIn(choices, setter, width - 2 * paddingX) ?? cutLabels(choices, setter, width - 2 * paddingX))
    : (row ?? cutLabels(choices, setter, columns - 2 * paddingX));
  const linesMax = Math.max(...labels.lines.map((lines) => lines.length));
  const paddingY = (linesMax > 2 ? 4 : 9) * unit;
  const boxWidth = stacked ? width : columns;
  const boxHeight = Math.max(target(setter), Math.ceil(linesMax * labels.face.leading + 2 * paddingY));
  const count = choices.length;
  return {
    width,
    height: stacked ? count * boxHeight + (count - 1) * gap : boxHeight,
    place: (x, y) =>
      choices.map(({ id }, at) => {
        const box = rect(
          stacked ? x : x + at * (boxWidth + gap),
          stacked ? y + at * (boxHeight + gap) : y,
          boxWidth,
          boxHeight,
        );
        const lines = labels.lines[at] ?? [];
        const top = box.y + (box.height - lines.length * labels.face.leading) / 2;
        return {
          ...box,
          id,
          label: lines.map((line, row) =>
            setter.boxAround(
              line,
              labels.face,
              box.x + box.width / 2,
              top + row * labels.face.leading,
              setter.direction,
            ),
          ),
        };
      }),
  };
}

/** Sizes that are tried on one line, then on two; the small ones only after both, as they take back what was asked for. */
const TIMES = [
  [1, 0.9, 0.82],
  [0.74, 0.66],
] as const;

/** One face in which every label fits: on one line each, or on two, without breaking a word; `undefined` when none does. */
function labelsIn(choices: readonly Choice[], setter: Setter, width: number): Labels | undefined {
  const attempts = TIMES.flatMap((sizes) => [1, 2].flatMap((linesMax) => sizes.map((times) => ({ linesMax, times }))));
  for (const { linesMax, times } of attempts) {
    const face = setter.shrunk(setter.face('button'), times);
    const labels = choices.map(({ label }) => (linesMax === 1 ? label : breakable(label)));
    const words = labels.flatMap((label) => (linesMax === 1 ? [label] : unbroken(label, setter.locale)));
    if (words.some((word) => setter.widthOf(word, face) > width)) continue;
    const lines = labels.map((label) => setter.lines(label, face, width));
    if (lines.every((one) => one.length <= linesMax)) return { face, lines };
  }
  return undefined;
}

/** The last resort, for amounts of twenty digits on the smallest screens: wrapped wherever it must be, never cut. */
function cutLabels(choices: readonly Choice[], setter: Setter, width: number): Labels {
  const face = setter.shrunk(setter.face('button'), 0.66);
  return { face, lines: choices.map(({ label }) => setter.lines(breakable(label), face, width)) };
}

/**
 * Turns the page of the passages. Drawn smaller than a choice; the pointer finds it in the full size of a target, which the
 * gap round it leaves free.
 */
export function moreBlock(view: View, page: number, pages: number, setter: Setter): Block<ControlBox> {
  const { unit } = setter.scale;
  const face = setter.face('label');
  const label = view.words.more(page + 1, pages);
  const width = Math.max(target(setter), Math.ceil(setter.widthOf(view.words.more(pages, pages), face) + 22 * unit));
  const height = Math.ceil(face.leading + 8 * unit);
  return {
    width,
    height,
    place: (x, y) => {
      const box = rect(x, y, width, height);
      const top = box.y + (box.height - face.leading) / 2;
      return {
        ...box,
        id: 'more',
        label: [setter.boxAround(label, face, box.x + box.width / 2, top, setter.direction)],
      };
    },
  };
}
