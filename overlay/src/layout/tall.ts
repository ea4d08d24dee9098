/** Upright screens: one column, the inset with the amount below the head, choices at the bottom. */
import type { View } from '../dialog/view.ts';
import { amountWithin } from './amount.ts';
import { choiceBlock, moreBlock } from './controls.ts';
import { rect } from './geometry.ts';
import { headerAt } from './header.ts';
import { paginate } from './pages.ts';
import type { Setter } from './type.ts';
import type { Composed } from './wide.ts';

const ART_SIZE = 72;
/** Of the panel's height, so that facts have room below. */
const AMOUNT_SHARE_MAX = 0.3;

export function composeTall(view: View, setter: Setter, askedPage: number): Composed {
  const { unit, text, width: screenWidth, height: screenHeight } = setter.scale;
  const margin = 12 * unit;
  const pad = Math.round(18 * unit);
  const gap = Math.round(14 * unit);
  const panelWidth = Math.round(Math.min(screenWidth * unit - 2 * margin, (440 + 120 * (text - 1)) * unit));
  const panelHeightMax = Math.round(screenHeight * unit - 2 * margin);
  const panelX = Math.round((screenWidth * unit - panelWidth) / 2);
  const inner = panelWidth - 2 * pad;

  const choices = choiceBlock(view.choices, setter, inner, true);
  const shape = { brandSize: 34, twoLines: true, roomy: false };
  const { box: headerBox, said } = headerAt(view, setter, 0, 0, inner, shape);
  const headerHeight = headerBox.height;

  const wellPad = Math.round(14 * unit);
  const artSize = Math.round(ART_SIZE * unit);
  const amountWidth = inner - 2 * wellPad - artSize - Math.round(14 * unit);
  const { amount, moved } = amountWithin(view, setter, amountWidth, panelHeightMax * AMOUNT_SHARE_MAX, {
    centred: false,
    times: text > 1.4 ? 0.8 : 0.95,
  });
  const wellHeight = Math.max(artSize, amount?.height ?? 0) + 2 * wellPad;
  const bodyHeightMax = panelHeightMax - 2 * pad - headerHeight - wellHeight - choices.height - 3 * gap;

  const passages = [...view.passages.filter(({ inHead }) => inHead === undefined || !said.has(inHead)), ...moved];
  const whole = paginate(passages, setter, { width: inner, heightMax: Number.POSITIVE_INFINITY, apart: false });
  const wholeHeight = whole[0]?.height ?? 0;
  const bodyHeight = Math.min(bodyHeightMax, wholeHeight);
  const { height: turnerHeight } = moreBlock(view, 0, 2, setter);
  const pages =
    wholeHeight <= bodyHeight
      ? whole
      : paginate(passages, setter, { width: inner, heightMax: bodyHeight - turnerHeight - 6 * unit, apart: false });
  const page = Math.min(askedPage, pages.length - 1);

  const panelHeight = Math.round(2 * pad + headerHeight + wellHeight + bodyHeight + choices.height + 3 * gap);
  const panelY = Math.round((screenHeight * unit - panelHeight) / 2);
  const header = headerAt(view, setter, panelX + pad, panelY + pad, inner, shape);
  const well = rect(panelX + pad, panelY + pad + headerHeight + gap, inner, wellHeight);
  const bodyY = well.y + well.height + gap;
  const placed = pages[page]?.place(panelX + pad, bodyY) ?? { texts: [], bars: [] };
  const turner = moreBlock(view, page, pages.length, setter);
  const artX = amount === null ? well.x + (well.width - artSize) / 2 : well.x + wellPad;
  return {
    panel: rect(panelX, panelY, panelWidth, panelHeight),
    header: header.box,
    brand: header.brand,
    badge: header.badge,
    well,
    art: rect(artX, well.y + (well.height - artSize) / 2, artSize, artSize),
    bars: placed.bars,
    amount: amount?.place(well.x + wellPad + artSize + 14 * unit, well.y + (well.height - amount.height) / 2) ?? [],
    texts: [...header.texts, ...placed.texts],
    controls: [
      ...(pages.length > 1 ? [turner.place(panelX + pad, bodyY + bodyHeight - turner.height)] : []),
      ...choices.place(panelX + pad, bodyY + bodyHeight + gap),
    ],
    page,
    pages: pages.length,
  };
}
