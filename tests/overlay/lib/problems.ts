/** What must hold of every layout, whatever the words. Runs in Node and in the page. */
import type { View } from '../../../overlay/src/dialog/view.ts';
import { bottom, right, type Rect } from '../../../overlay/src/layout/geometry.ts';
import { breakable } from '../../../overlay/src/text/wrap.ts';
import type { Layout } from '../../../overlay/src/layout/types.ts';

const overlap = (one: Rect, other: Rect): boolean =>
  one.x < right(other) && other.x < right(one) && one.y < bottom(other) && other.y < bottom(one);

const within = (inner: Rect, outer: Rect): boolean =>
  inner.x >= outer.x && inner.y >= outer.y && right(inner) <= right(outer) && bottom(inner) <= bottom(outer);

/** One line for each thing that does not hold. */
export function problemsOf(layout: Layout): string[] {
  const problems: string[] = [];
  const named: { name: string; box: Rect }[] = [
    ...layout.texts.map((box) => ({ name: `text ${box.text.slice(0, 20)}`, box })),
    ...layout.amount.map((box) => ({ name: `amount ${box.text}`, box })),
    ...layout.controls.map((box) => ({ name: `control ${box.id}`, box })),
    ...(layout.badge === null ? [] : [{ name: 'badge', box: layout.badge.box }]),
    ...(layout.brand === null ? [] : [{ name: 'brand', box: layout.brand }]),
    ...(layout.art === null ? [] : [{ name: 'art', box: layout.art }]),
  ];
  if (!within(layout.panel, layout.screen)) problems.push('panel leaves the screen');
  for (const [index, { name, box }] of named.entries()) {
    if (!within(box, layout.panel)) problems.push(`${name} leaves the panel`);
    for (const other of named.slice(index + 1))
      if (overlap(box, other.box)) problems.push(`${name} overlaps ${other.name}`);
  }
  for (const control of layout.controls)
    for (const label of control.label)
      if (!within(label, control)) problems.push(`label ${label.text} leaves ${control.id}`);
  return problems;
}

/** Words of a button that go on in its next line. Japanese has no spaces to tell by. */
export const brokenWords = (layout: Layout, { choices, locale }: View): string[] =>
  layout.controls
    .filter(({ id, label }) => {
      const said = choices.find((choice) => choice.id === id)?.label;
      const drawn = label.map(({ text }) => text).join(' ');
      return said !== undefined && locale !== 'ja' && breakable(drawn) !== breakable(said);
    })
    .map(({ id, label }) => `label of ${id} breaks within a word: ${label.map(({ text }) => text).join(' | ')}`);
