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
  const margin = Math.round((roomy ? 8 : 4) * unit);
  const pad = Math.round((roomy ? 12 : 7) * unit);
  const gap = Math.round((roomy ? 8 : 4) * unit);
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

  const wellPad = Math.round(6 * unit);
  const artSize = Math.round((roomy ? 40 : 30) * unit);
  const textX = x + wellPad + artSize + Math.round(8 * unit);
  const amountWidth = inner - (textX - x) - wellPad;
  const amountShape = {
    centred: false,
    times: view.amount?.kind === 'price' ? (roomy ? 0.72 : 0.62) : 0.86,
    withLines: false,
  };
  // The label goes without saying beside an amount this close; every line but the price moves to the facts.
  const amount =
    view.amount === null ? null : amountBlock({ ...view.amount, label: '' }, setter, amountWidth, amountShape);
  const wellHeight = Math.max(artSize, amount?.height ?? 0) + (roomy ? 8 : 2) * unit;
  const well = rect(x, header.box.y + header.box.height + gap, inner, wellHeight);

  const bodyY = well.y + well.height + gap;
  const bodyHeight = choicesY - gap - bodyY;
  const passages = [...view.passages, ...rest(view)];
  const whole = paginate(passages, setter, inner, bodyHeight, true);
  const turnerMax = moreBlock(view, 8, 9, setter);
  const pages =
    whole.length === 1 ? whole : paginate(passages, setter, inner - turnerMax.width - 6 * unit, bodyHeight, true);
  const page = Math.min(askedPage, pages.length - 1);
  const placed = pages[page]?.place(x, bodyY) ?? { texts: [], bars: [] };
  const turner = moreBlock(view, page, pages.length, setter);
  return {
    panel,
    header: header.box,
    brand: header.brand,
    badge: header.badge,
    well,
    art: rect(x + wellPad, well.y + (well.height - artSize) / 2, artSize, artSize),
    bars: placed.bars,
    amount: amount?.place(textX, well.y + (well.height - amount.height) / 2) ?? [],
    texts: [...header.texts, ...placed.texts],
    controls: [
      ...(pages.length > 1 ? [turner.place(x + inner - turner.width, bodyY + (bodyHeight - turner.height) / 2)] : []),
      ...choices.place(x, choicesY),
    ],
    page,
    pages: pages.length,
  };
}

const rest = (view: View): Passage[] =>
  view.amount?.lines.map((text, at) => ({
    kind: 'fact',
    ...(at === 0 ? { label: view.amount?.label ?? '' } : {}),
    text,
  })) ?? [];
