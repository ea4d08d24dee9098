/** Passages into lines, lines into pages: nothing of a long text is lost, and nothing of it moves price or choices. */
import type { Passage } from '../dialog/view.ts';
import { rect, type Rect } from './geometry.ts';
import type { Face, Setter } from './type.ts';
import type { TextBox } from './types.ts';

interface Line {
  readonly text: string;
  readonly face: Face;
  /** Space above, unless first on its page. */
  readonly above: number;
  /** Starts a passage. */
  readonly first: boolean;
  /** Must not be the last on a page: a label before its text. */
  readonly leads: boolean;
  /** Indent with a bar beside it. */
  readonly barred: boolean;
}

export interface Page {
  readonly height: number;
  place(x: number, y: number): { texts: TextBox[]; bars: Rect[] };
}

/** Gaps above a passage, units. */
const GAP: Readonly<Record<Passage['kind'], number>> = { title: 0, lead: 2, text: 8, fact: 9, notice: 8 };

function linesOf(passage: Passage, setter: Setter, width: number, dense: boolean): Line[] {
  const { unit } = setter.scale;
  const barred = passage.kind === 'notice';
  const inner = barred ? width - 12 * unit : width;
  const body = setter.face(
    dense && passage.kind === 'title' ? 'words' : dense && passage.kind === 'text' ? 'fact' : passage.kind,
  );
  const above = GAP[passage.kind] * unit * (dense ? 0.5 : 1);
  const lines: Line[] = [];
  if (passage.label !== undefined) {
    const label = setter.face('label');
    for (const text of setter.lines(passage.label, label, inner))
      lines.push({
        text,
        face: label,
        above: lines.length === 0 ? above : 0,
        first: lines.length === 0,
        leads: true,
        barred,
      });
  }
  for (const text of setter.lines(passage.text, body, inner))
    lines.push({
      text,
      face: body,
      above: lines.length === 0 ? above : 0,
      first: lines.length === 0,
      leads: false,
      barred,
    });
  return lines;
}

/**
 * Fills pages of `heightMax`. `apart`: every passage begins a page (title and lead stay together). At least one page; a page
 * has at least one line even where that is higher than the page.
 */
export function paginate(
  passages: readonly Passage[],
  setter: Setter,
  width: number,
  heightMax: number,
  apart: boolean,
): Page[] {
  const pages: Line[][] = [[]];
  let height = 0;
  let previous: Passage['kind'] | undefined;
  for (const passage of passages) {
    const together = previous === 'title' || previous === undefined;
    if (apart && !together) pages.push([]);
    if (apart && !together) height = 0;
    previous = passage.kind;
    for (const [at, line] of linesOf(passage, setter, width, apart).entries()) {
      let page = pages.at(-1) as Line[];
      const above = page.length === 0 ? 0 : line.above;
      // A label needs room for the first line of its text as well.
      const needed = above + line.face.leading * (line.leads && at === 0 ? 2 : 1);
      if (page.length > 0 && height + needed > heightMax) {
        page = [];
        pages.push(page);
        height = 0;
      }
      height += (page.length === 0 ? 0 : line.above) + line.face.leading;
      page.push(line);
    }
  }
  return pages.map((lines) => pageOf(lines, setter));
}

function pageOf(lines: readonly Line[], setter: Setter): Page {
  const { unit } = setter.scale;
  const height = lines.reduce((sum, line, at) => sum + (at === 0 ? 0 : line.above) + line.face.leading, 0);
  return {
    height,
    place(x, y) {
      const texts: TextBox[] = [];
      const bars: Rect[] = [];
      let top = y;
      for (const [at, line] of lines.entries()) {
        top += at === 0 ? 0 : line.above;
        texts.push(setter.box(line.text, line.face, x + (line.barred ? 12 * unit : 0), top));
        if (line.barred) bars.push(rect(x, top, Math.max(2, 3 * unit), line.face.leading));
        top += line.face.leading;
      }
      return { texts, bars };
    },
  };
}
