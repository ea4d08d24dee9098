/** From 640 x 360: facts at the start, the coin and the amount in an inset beside them, choices below. */
import type { View } from '../dialog/view.ts';
import { amountWithin } from './amount.ts';
import { choiceBlock, moreBlock } from './controls.ts';
import { rect } from './geometry.ts';
import { headerAt } from './header.ts';
import { paginate } from './pages.ts';
import type { Setter } from './type.ts';
import type { Layout } from './types.ts';

export type Composed = Omit<Layout, 'form' | 'unit' | 'cssPx' | 'screen'>;

/** Units. */
const ART_HEIGHT = 100;
const ART_HEIGHT_MIN = 46;
const ART_HEIGHT_MAX = 150;
/** Wished for in every state, so that the panel changes little in size from one to the next. */
const BODY_HEIGHT = 218;

export function composeWide(view: View, setter: Setter, askedPage: number): Composed {
  const { unit, text, width: screenWidth, height: screenHeight } = setter.scale;
  const low = screenHeight / text < 330;
  const margin = (screenHeight < 420 ? 10 : 22) * unit;
  const pad = Math.round((screenHeight < 420 ? 15 : 24) * unit);
  const gap = Math.round((low ? 9 : screenHeight < 420 ? 12 : 18) * unit);
  const panelWidth = Math.round(Math.min(screenWidth * unit - 2 * margin, (660 + 400 * (text - 1)) * unit));
  const panelHeightMax = Math.round(screenHeight * unit - 2 * margin);
  const panelX = Math.round((screenWidth * unit - panelWidth) / 2);
  const inner = panelWidth - 2 * pad;

  const choices = choiceBlock(view.choices, setter, inner, false);
  const shape = { brandSize: low ? 26 : 38 * Math.min(text, 1.4), twoLines: !low, roomy: true };
  const { box: headerBox, said } = headerAt(view, setter, 0, 0, inner, shape);
  const headerHeight = headerBox.height;
  const bodyHeightMax = panelHeightMax - 2 * pad - headerHeight - choices.height - 2 * gap;

  const wellWidth = Math.round(Math.min(Math.max(inner * 0.38, 190 * unit), inner * 0.46, 270 * unit * text));
  const wellPad = Math.round((low ? 10 : 16) * unit);
  const wellInner = wellWidth - 2 * wellPad;
  const { amount, moved } = amountWithin(view, setter, wellInner, bodyHeightMax - 2 * wellPad, {
    centred: true,
    times: low ? 0.84 : 1,
  });
  const amountHeight = amount?.height ?? 0;
  const artGap = amount === null ? 0 : 8 * unit;
  const width = inner - wellWidth - Math.round(22 * unit);
  const passages = [...view.passages.filter(({ inHead }) => inHead === undefined || !said.has(inHead)), ...moved];
  const whole = paginate(passages, setter, { width, heightMax: Number.POSITIVE_INFINITY, apart: false });
  const wholeHeight = whole[0]?.height ?? 0;
  const wished = Math.max(wholeHeight, amountHeight + 2 * wellPad + ART_HEIGHT * unit + artGap, BODY_HEIGHT * unit);
  const bodyHeight = Math.min(bodyHeightMax, wished);

  const { height: turnerHeight } = moreBlock(view, 0, 2, setter);
  const pages =
    wholeHeight <= bodyHeight
      ? whole
      : paginate(passages, setter, { width, heightMax: bodyHeight - turnerHeight - 6 * unit, apart: false });
  const page = Math.min(askedPage, pages.length - 1);

  const panelHeight = Math.round(2 * pad + headerHeight + bodyHeight + choices.height + 2 * gap);
  const panelY = Math.round((screenHeight * unit - panelHeight) / 2);
  const header = headerAt(view, setter, panelX + pad, panelY + pad, inner, shape);
  const bodyY = panelY + pad + headerHeight + gap;
  const well = rect(panelX + panelWidth - pad - wellWidth, bodyY, wellWidth, bodyHeight);
  const artHeight = Math.min(bodyHeight - amountHeight - 2 * wellPad - artGap, ART_HEIGHT_MAX * unit);
  const hasArt = artHeight >= ART_HEIGHT_MIN * unit;
  const stackHeight = amountHeight + (hasArt ? artHeight + artGap : 0);
  const stackY = well.y + (well.height - stackHeight) / 2;
  const art = hasArt ? rect(well.x + wellPad, stackY, well.width - 2 * wellPad, artHeight) : null;
  const placed = pages[page]?.place(panelX + pad, bodyY) ?? { texts: [], bars: [] };
  const turner = moreBlock(view, page, pages.length, setter);
  const moreBox = pages.length > 1 ? [turner.place(panelX + pad, bodyY + bodyHeight - turner.height)] : [];

  return {
    panel: rect(panelX, panelY, panelWidth, panelHeight),
    header: header.box,
    brand: header.brand,
    badge: header.badge,
    well,
    art,
    bars: placed.bars,
    amount: amount?.place(well.x + wellPad, stackY + stackHeight - amountHeight) ?? [],
    texts: [...header.texts, ...placed.texts],
    controls: [...moreBox, ...choices.place(panelX + pad, bodyY + bodyHeight + gap)],
    page,
    pages: pages.length,
  };
}
