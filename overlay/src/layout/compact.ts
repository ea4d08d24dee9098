/** Below 640 x 360: the whole screen; who sells, the amount and the choices stay, the facts come one a page. */
import type { Passage, View } from '../dialog/view.ts';
import { amountBlock } from './amount.ts';
import { choiceBlock, moreBlock } from './controls.ts';
import { rect } from './geometry.ts';
import { headerAt } from './header.ts';
import { paginate } from './pages.ts';
import type { Setter } from './type.ts';
import type { Composed } from './wide.ts';

export function composeCompact(view: View, setter: Setter, askedPage: number): Composed {
  const { unit, text, width: screenWidth, height: screenHeight } = setter.scale;
  const roomy = screenHeight / text >= 230;
  const margin = Math.round((roomy ? 8 : 2) * unit);
  const pad = Math.round((roomy ? 12 : 6) * unit);
  const gap = Math.round((roomy ? 8 : 3) * unit);
  const panel = rect(margin, margin, screenWidth * unit - 2 * margin, screenHeight * unit - 2 * margin);
  const inner = panel.width - 2 * pad;
  const x = panel.x + pad;

  const header = headerAt(view, setter, x, panel.y + pad, inner, {
    brandSize: roomy ? 24 : 0,
    twoLines: false,
    roomy: inner > 420 * unit * text,
  });
  const choices = choiceBlock(view.choices, setter, inner, false);
  const choicesY = panel.y + panel.height - pad - choices.height;

  // The page control shares the amount's row: its width is kept free whether there are pages or not.
  const { width: turnerWidth, height: turnerHeight } = moreBlock(view, 87, 88, setter);
  const wellPad = Math.round(6 * unit);
  const hasArt = roomy || view.amount?.kind !== 'words';
  const artSize = Math.round((roomy ? 40 : 28) * unit);
  const textX = x + wellPad + (hasArt ? artSize + Math.round(8 * unit) : 0);
  const amountWidth = x + inner - textX - turnerWidth - 2 * wellPad;
  const times = view.amount?.kind === 'price' ? (roomy ? 0.72 : 0.62) : 0.8;
  // The label goes without saying beside an amount this close; every line but the amount moves to the facts.
  const amount =
    view.amount === null
      ? null
      : amountBlock({ ...view.amount, label: '' }, setter, amountWidth, { centred: false, times, withLines: false });
  const wellHeight =
    Math.max(hasArt ? artSize : 0, amount?.height ?? 0, turnerHeight + 2 * unit) + (roomy ? 8 : 2) * unit;
  const well = rect(x, header.box.y + header.box.height + gap, inner, wellHeight);

  const bodyY = well.y + well.height + gap;
  const passages = [
    ...view.passages.filter(({ inHead }) => inHead === undefined || !header.said.has(inHead)),
    ...linesOf(view),
  ];
  const pages = paginate(passages, setter, { width: inner, heightMax: choicesY - gap - bodyY, apart: true });
  const page = Math.min(askedPage, pages.length - 1);
  const placed = pages[page]?.place(x, bodyY) ?? { texts: [], bars: [] };
  const turner = moreBlock(view, page, pages.length, setter);
  const turnerX = x + inner - wellPad - turner.width;
  return {
    panel,
    header: header.box,
    brand: header.brand,
    badge: header.badge,
    well,
    art: hasArt ? rect(x + wellPad, well.y + (well.height - artSize) / 2, artSize, artSize) : null,
    bars: placed.bars,
    amount: amount?.place(textX, well.y + (well.height - amount.height) / 2) ?? [],
    texts: [...header.texts, ...placed.texts],
    controls: [
      ...(pages.length > 1 ? [turner.place(turnerX, well.y + (well.height - turner.height) / 2)] : []),
      ...choices.place(x, choicesY),
    ],
    page,
    pages: pages.length,
  };
}

const linesOf = (view: View): Passage[] => view.amount?.lines.map((text): Passage => ({ kind: 'fact', text })) ?? [];
