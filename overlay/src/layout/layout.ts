/** From a view and a screen to rectangles. Pure: measuring comes in. */
import type { View } from '../dialog/view.ts';
import { composeCompact } from './compact.ts';
import { rect, type Rect } from './geometry.ts';
import { scaleOf, type ScreenSize } from './scale.ts';
import { composeTall } from './tall.ts';
import { createSetter } from './type.ts';
import type { Layout, Measure } from './types.ts';
import { composeWide } from './wide.ts';

const COMPOSE = { wide: composeWide, tall: composeTall, compact: composeCompact } as const;

/** Where everything goes. `page` beyond the last page shows the last. */
export function layOut(view: View, screen: ScreenSize, page: number, measure: Measure): Layout {
  const scale = scaleOf(screen);
  const composed = COMPOSE[scale.form](view, createSetter(scale, measure, view), page);
  const layout: Layout = {
    form: scale.form,
    unit: scale.unit,
    cssPx: scale.cssPx,
    screen: rect(0, 0, screen.width, screen.height),
    ...composed,
  };
  return view.direction === 'rtl' ? mirrored(layout) : layout;
}

/** The same, read from right to left. */
function mirrored(layout: Layout): Layout {
  const flip = <T extends Rect>(one: T): T => ({ ...one, x: layout.screen.width - one.x - one.width });
  const flipAll = <T extends Rect>(all: readonly T[]): T[] => all.map(flip);
  const { badge } = layout;
  return {
    ...layout,
    panel: flip(layout.panel),
    header: flip(layout.header),
    brand: layout.brand && flip(layout.brand),
    badge: badge && { box: flip(badge.box), label: flip(badge.label) },
    well: layout.well && flip(layout.well),
    art: layout.art && flip(layout.art),
    bars: flipAll(layout.bars),
    amount: flipAll(layout.amount),
    texts: flipAll(layout.texts),
    controls: layout.controls.map((control) => ({ ...flip(control), label: flipAll(control.label) })),
  };
}
