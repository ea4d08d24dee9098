/** Passages into lines, lines into pages: nothing of a long text is lost, and nothing of it moves price or choices. */
import type { Passage } from '../dialog/view.ts';
import { directionOf, type Direction } from '../text/direction.ts';
import { rect, type Rect } from './geometry.ts';
import type { Face, FaceName, Setter } from './type.ts';
import type { TextBox } from './types.ts';

interface Run {
  readonly text: string;
  readonly face: Face;
  readonly direction: Direction;
}

interface Line {
  /** From the start of the line, a gap between them. */
  readonly runs: readonly Run[];
  readonly leading: number;
  /** Space above, unless first on its page. */
  readonly above: number;
  /** Must not be the last on a page: a label before its text. */
  readonly leads: boolean;
  /** Indented, with a bar beside it. */
  readonly barred: boolean;
}

export interface Page {
  readonly height: number;
  place(x: number, y: number): { texts: TextBox[]; bars: Rect[] };
}

export interface PageShape {
  readonly width: number;
  readonly heightMax: number;
  /** One passage a page, in smaller type; a title stays with what follows it. */
  readonly apart: boolean;
}

/** Gaps between passages, and between the runs of a line; units. */
const PASSAGE_GAP = 8;
/** A lead belongs to the title before it, and what follows a lead to the lead. */
const LEAD_GAP = 3;
const RUN_GAP = 7;
const BAR_INDENT = 12;
/** A title longer than this many lines is cut: it must not push away what is granted. It is whole in the mirror DOM. */
const TITLE_LINES_MAX = 3;

const DENSE_FACE: Readonly<Record<Passage['kind'], FaceName>> = {
  title: 'seller',
  lead: 'leadSmall',
  text: 'fact',
  fact: 'fact',
  notice: 'noticeSmall',
};

const gapBetween = (previous: Passage['kind'] | undefined, next: Passage['kind']): number =>
  previous === 'lead' || (previous === 'title' && next === 'lead') ? LEAD_GAP : PASSAGE_GAP;

function linesOf(
  passage: Passage,
  follows: Passage['kind'] | undefined,
  setter: Setter,
  { width, apart }: PageShape,
): Line[] {
  const { unit } = setter.scale;
  const barred = passage.kind === 'notice';
  const inner = barred ? width - BAR_INDENT * unit : width;
  const face = setter.face(apart ? DENSE_FACE[passage.kind] : passage.kind);
  const above = gapBetween(follows, passage.kind) * unit * (apart ? 0.4 : 1);
  const line = (runs: readonly Run[], first: boolean, leads: boolean): Line => ({
    runs,
    leading: Math.max(...runs.map((run) => run.face.leading)),
    above: first ? above : 0,
    leads,
    barred,
  });
  const texts = fitted(passage, setter, face, inner);
  // A text of several lines reads one way, whatever letter a line begins with.
  const direction = directionOf(passage.text, setter.direction);
  if (passage.label === undefined || passage.label === '')
    return texts.map((text, at) => line([{ text, face, direction }], at === 0, false));

  const label = setter.face('label');
  const beside = setter.widthOf(passage.label, label) + RUN_GAP * unit;
  if (beside + setter.widthOf(passage.text, face) <= inner) {
    const runs = [
      { text: passage.label, face: label, direction: setter.direction },
      { text: passage.text, face, direction },
    ];
    return [line(runs, true, false)];
  }
  return [
    ...setter
      .lines(passage.label, label, inner)
      .map((text, at) => line([{ text, face: label, direction: setter.direction }], at === 0, true)),
    ...texts.map((text) => line([{ text, face, direction }], false, false)),
  ];
}

function fitted(passage: Passage, setter: Setter, face: Face, width: number): string[] {
  const lines = setter.lines(passage.text, face, width);
  if (passage.kind !== 'title' || lines.length <= TITLE_LINES_MAX) return lines;
  const last = setter.oneLine(`${lines[TITLE_LINES_MAX - 1] ?? ''}…`, face, width);
  return [...lines.slice(0, TITLE_LINES_MAX - 1), last];
}

const heightOf = (lines: readonly Line[]): number =>
  lines.reduce((sum, line, at) => sum + (at === 0 ? 0 : line.above) + line.leading, 0);

/**
 * Fills pages of `heightMax`. A passage that fits a page is not torn; one that does not runs over as many as it needs. At
 * least one page; a page has at least one line even where that is higher than the page.
 */
export function paginate(passages: readonly Passage[], setter: Setter, shape: PageShape): Page[] {
  const pages: Line[][] = [[]];
  let previous: Passage['kind'] | undefined;
  for (const passage of passages) {
    const lines = linesOf(passage, previous, setter, shape);
    const together = previous === undefined || previous === 'title';
    previous = passage.kind;
    const current = pages.at(-1) ?? [];
    const fitsHere = heightOf([...current, ...lines]) <= shape.heightMax;
    const fitsAlone = heightOf(lines) <= shape.heightMax;
    if (current.length > 0 && ((shape.apart && !together) || (!fitsHere && fitsAlone))) pages.push([]);
    for (const line of lines) putLine(pages, line, shape.heightMax);
  }
  return pages.map((lines) => pageOf(lines, setter));
}

function putLine(pages: Line[][], line: Line, heightMax: number): void {
  const page = pages.at(-1) ?? [];
  // A label needs room for the first line of its text as well.
  const needed = heightOf(line.leads ? [...page, line, line] : [...page, line]);
  if (page.length > 0 && needed > heightMax) pages.push([line]);
  else page.push(line);
}

function pageOf(lines: readonly Line[], setter: Setter): Page {
  const { unit } = setter.scale;
  return {
    height: heightOf(lines),
    place(x, y) {
      const texts: TextBox[] = [];
      const bars: Rect[] = [];
      let top = y;
      for (const [at, line] of lines.entries()) {
        top += at === 0 ? 0 : line.above;
        let start = x + (line.barred ? BAR_INDENT * unit : 0);
        for (const { text, face, direction } of line.runs) {
          const box = setter.box(text, face, start, top, direction);
          texts.push(box);
          start += box.width + RUN_GAP * unit;
        }
        if (line.barred) bars.push(rect(x, top, Math.max(2, 3 * unit), line.leading));
        top += line.leading;
      }
      return { texts, bars };
    },
  };
}
