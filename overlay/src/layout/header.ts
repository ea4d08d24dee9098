/** The head of the panel: who sells, in which game, which step this is, and that it is only a test. */
import type { Passage, View } from '../dialog/view.ts';
import { rect, type Rect } from './geometry.ts';
import type { Setter } from './type.ts';
import type { Layout, TextBox } from './types.ts';

export interface Header {
  readonly box: Rect;
  readonly brand: Rect | null;
  readonly badge: Layout['badge'];
  readonly texts: readonly TextBox[];
  /** Which of the two stand here in full, so that the facts need not repeat them. */
  readonly said: ReadonlySet<Passage['inHead']>;
}

export interface HeaderShape {
  /** Units; 0 leaves it out. */
  readonly brandSize: number;
  /** Game below payee; else the payee alone. The payee, who is certified, shares no line with words of others. */
  readonly twoLines: boolean;
  /** The long wording of test mark and step, where it fits. */
  readonly roomy: boolean;
}

/** Width of a badge's hatched end by its height. */
export const BADGE_HATCH = 0.4;

/** Said where no offer is known yet, so that the player sees what is asking. */
const PRODUCT = 'Coinslot';

export function headerAt(view: View, setter: Setter, x: number, y: number, width: number, shape: HeaderShape): Header {
  const { unit } = setter.scale;
  const seller = setter.face('seller', shape.twoLines ? 1 : 0.93);
  const quiet = setter.face('quiet');
  const textHeight = shape.twoLines && view.seller !== null ? seller.leading + quiet.leading : seller.leading;
  const badge = badgeOf(view, setter, shape.roomy && width > 430 * unit * setter.scale.text);
  const height = Math.round(Math.max(shape.brandSize * unit, textHeight, badge?.height ?? 0));
  const middle = y + height / 2;

  let end = x + width;
  const texts: TextBox[] = [];
  let badgeBox: Layout['badge'] = null;
  if (badge !== null) {
    end -= badge.width;
    badgeBox = badge.place(end, middle - badge.height / 2);
    end -= 12 * unit;
  }
  if (view.step !== null) {
    const { now, of } = view.step;
    const words = shape.roomy ? view.words.step(now, of) : view.words.stepShort(now, of);
    end -= setter.widthOf(words, quiet);
    texts.push(setter.box(words, quiet, end, middle - quiet.leading / 2));
    end -= 12 * unit;
  }
  const brand =
    shape.brandSize === 0
      ? null
      : rect(x, middle - (shape.brandSize * unit) / 2, shape.brandSize * unit, shape.brandSize * unit);
  const start = brand === null ? x : x + (shape.brandSize + 11) * unit;
  const sellers = sellerLines(view, setter, start, middle, Math.max(0, end - start), shape.twoLines);
  const said = new Set<Passage['inHead']>();
  if (sellers[0]?.text === view.seller?.payee) said.add('payee');
  if (view.seller !== null && sellers[1]?.text === view.words.forGame(view.seller.game)) said.add('game');
  return { box: rect(x, y, width, height), brand, badge: badgeBox, texts: [...texts, ...sellers], said };
}

function sellerLines(
  view: View,
  setter: Setter,
  x: number,
  middle: number,
  width: number,
  twoLines: boolean,
): TextBox[] {
  const seller = setter.face('seller', twoLines ? 1 : 0.93);
  const quiet = setter.face('quiet');
  const payee = setter.oneLine(view.seller?.payee ?? PRODUCT, seller, width);
  const game = view.seller === null ? '' : view.words.forGame(view.seller.game);
  if (game === '' || !twoLines) return [setter.box(payee, seller, x, middle - seller.leading / 2)];
  const top = middle - (seller.leading + quiet.leading) / 2;
  return [
    setter.box(payee, seller, x, top),
    setter.box(setter.oneLine(game, quiet, width), quiet, x, top + seller.leading),
  ];
}

function badgeOf(
  view: View,
  setter: Setter,
  long: boolean,
): { width: number; height: number; place(x: number, y: number): NonNullable<Layout['badge']> } | null {
  if (!view.test) return null;
  const { unit } = setter.scale;
  const face = setter.face('badge');
  const words = long ? view.words.testLong : view.words.test;
  const height = face.leading + 5 * unit;
  // Hatched at both ends, each `BADGE_HATCH` of the height wide.
  const width = setter.widthOf(words, face) + 2 * (BADGE_HATCH * height + 5 * unit);
  return {
    width,
    height,
    place: (x, y) => ({
      box: rect(x, y, width, height),
      label: setter.boxAround(words, face, x + width / 2, y + 2.5 * unit),
    }),
  };
}
