/** The picture in the inset: a coin above its slot, and what becomes of it. Each state's part is played once and rests. */
import type { Art } from '../dialog/view.ts';
import {
  paintCoin,
  paintGlint,
  paintGlow,
  paintMissingCoin,
  paintSlit,
  paintSlotBlock,
  type CoinColours,
} from './coin.ts';
import { eased, sprung } from './easing.ts';
import { paintMark, type Mark } from './marks.ts';

type Pen = CanvasRenderingContext2D;

/** The coin drops: lifted until, touches the slot at (the sound is made to it), is gone at, and all is over at. */
const LIFTED_MS = 230;
export const COIN_TOUCHES_MS = 400;
const SWALLOWED_MS = 560;
export const DROP_MS = 1_400;
/** The coin comes back out of the slot. */
const RETURN_MS = 560;
/** One turn: the coin brightens twice in it, 1.1 times a second. */
const TURN_MS = 1_800;
const GLINT_FROM_MS = 420;
const GLINT_MS = 700;
const MARK_MS = 260;

const MARKS: Readonly<Partial<Record<Art, { readonly mark: Mark; readonly fromMs: number }>>> = {
  locked: { mark: 'lock', fromMs: 160 },
  waiting: { mark: 'clock', fromMs: 160 },
  returned: { mark: 'cross', fromMs: RETURN_MS - 120 },
  unplugged: { mark: 'away', fromMs: 260 },
};

const LASTS_MS: Readonly<Record<Art, number>> = {
  ready: GLINT_FROM_MS + GLINT_MS,
  turning: Number.POSITIVE_INFINITY,
  dropping: DROP_MS,
  locked: 160 + MARK_MS,
  waiting: 160 + MARK_MS,
  returned: RETURN_MS - 120 + MARK_MS,
  unplugged: 260 + MARK_MS,
};

/** Whether the picture still moves `elapsedMs` after its state began. */
export const artMoves = (art: Art, elapsedMs: number): boolean => elapsedMs < LASTS_MS[art];

/** Where everything stands, in pixels of the picture. */
interface Place {
  readonly x: number;
  readonly hoverY: number;
  readonly slotY: number;
  readonly radius: number;
}

/** The picture `elapsedMs` into its state; pass infinity for its rest. */
export function paintArt(
  pen: Pen,
  width: number,
  height: number,
  art: Art,
  elapsedMs: number,
  tokens: CoinColours,
): void {
  pen.clearRect(0, 0, width, height);
  const blockHeight = height * 0.27;
  const radius = Math.min((height - blockHeight) * 0.41, width * 0.34);
  const slotY = height - blockHeight - 1;
  const place = { x: width / 2, hoverY: Math.max(radius + 1, slotY - radius - height * 0.05), slotY, radius };
  const blockWidth = Math.min(width, radius * 3.5);
  const gulp = art === 'dropping' ? bump(elapsedMs, COIN_TOUCHES_MS, 260) : 0;

  if (art !== 'unplugged') paintGlow(pen, place.x, place.hoverY, radius * 1.9, tokens);
  paintSlit(pen, place.x, slotY, radius * 2.3, Math.max(1.5, height * 0.022));
  if (art === 'unplugged') paintMissingCoin(pen, place.x, place.hoverY, radius, part(elapsedMs, 0, 420), tokens);
  else if (art === 'dropping') paintDrop(pen, place, elapsedMs, tokens);
  else if (art === 'returned') paintReturn(pen, place, elapsedMs, tokens);
  else paintHovering(pen, place, art, elapsedMs, tokens);
  const sink = gulp * blockHeight * 0.07;
  paintSlotBlock(pen, place.x - blockWidth / 2, slotY + sink, blockWidth, blockHeight - 1 - sink, tokens);

  if (art === 'dropping') paintDone(pen, place, elapsedMs, tokens);
  const mark = MARKS[art];
  if (mark === undefined) return;
  const share = part(elapsedMs, mark.fromMs, MARK_MS);
  paintPopping(pen, mark.mark, place.x + radius * 0.78, place.hoverY + radius * 0.62, radius * 0.36, share, tokens);
}

function paintHovering(pen: Pen, { x, hoverY, radius }: Place, art: Art, elapsedMs: number, tokens: CoinColours): void {
  const turns = art === 'turning' && Number.isFinite(elapsedMs);
  const angle = turns ? (elapsedMs / TURN_MS) * Math.PI * 2 : 0;
  paintCoin(pen, x, hoverY + (turns ? Math.sin(angle) * radius * 0.03 : 0), radius, Math.cos(angle), tokens);
  const glint = (elapsedMs - GLINT_FROM_MS) / GLINT_MS;
  if (art === 'ready' && glint > 0 && glint < 1) paintGlint(pen, x, hoverY, radius, glint);
}

/** Lifts with half a turn, then falls; what has passed the slit is behind the block. */
function paintDrop(pen: Pen, { x, hoverY, slotY, radius }: Place, elapsedMs: number, tokens: CoinColours): void {
  if (elapsedMs >= SWALLOWED_MS) return;
  const lift = eased(part(elapsedMs, 0, LIFTED_MS));
  const fall = part(elapsedMs, LIFTED_MS, SWALLOWED_MS - LIFTED_MS) ** 2;
  const y = hoverY - lift * radius * 0.2 + fall * (slotY + radius * 1.4 - hoverY);
  aboveSlit(pen, x, slotY, radius, () => paintCoin(pen, x, y, radius, Math.cos(lift * Math.PI), tokens));
}

/** Comes up out of the slot, a little too high, and hovers. */
function paintReturn(pen: Pen, { x, hoverY, slotY, radius }: Place, elapsedMs: number, tokens: CoinColours): void {
  const y = slotY + radius * 1.2 + (hoverY - slotY - radius * 1.2) * sprung(part(elapsedMs, 0, RETURN_MS), 1);
  aboveSlit(pen, x, slotY, radius, () => paintCoin(pen, x, y, radius, 1, tokens));
}

function aboveSlit(pen: Pen, x: number, slotY: number, radius: number, paint: () => void): void {
  pen.save();
  pen.beginPath();
  pen.rect(x - radius * 2, -radius, radius * 4, slotY + radius);
  pen.clip();
  paint();
  pen.restore();
}

/** Light in the slit and sparks from it, a ring that spreads once, and the check mark that stays. */
function paintDone(pen: Pen, place: Place, elapsedMs: number, tokens: CoinColours): void {
  const { x, hoverY, slotY, radius } = place;
  const light = bump(elapsedMs, COIN_TOUCHES_MS, 620);
  if (light > 0) {
    pen.save();
    pen.globalAlpha = light;
    paintGlow(pen, x, slotY, radius * 1.3, tokens, 0.85);
    pen.restore();
  }
  paintSparks(pen, place, part(elapsedMs, COIN_TOUCHES_MS + 20, 760), tokens);
  const ring = part(elapsedMs, SWALLOWED_MS + 40, 620);
  if (ring > 0 && ring < 1) {
    pen.save();
    pen.globalAlpha = (1 - ring) * 0.75;
    pen.strokeStyle = tokens.coin;
    pen.lineWidth = Math.max(1, radius * 0.1 * (1 - ring));
    pen.beginPath();
    pen.arc(x, hoverY, radius * (0.55 + 0.45 * eased(ring)), 0, Math.PI * 2);
    pen.stroke();
    pen.restore();
  }
  paintPopping(pen, 'check', x, hoverY, radius * 0.78, part(elapsedMs, SWALLOWED_MS, 320), tokens);
}

const SPARKS = 11;

/** They fly up and fall, each its own way, the same every time. */
function paintSparks(pen: Pen, { x, slotY, radius }: Place, share: number, { coin }: CoinColours): void {
  if (share <= 0 || share >= 1) return;
  pen.save();
  pen.fillStyle = coin;
  for (let at = 0; at < SPARKS; at += 1) {
    const side = (at / (SPARKS - 1)) * 2 - 1;
    const strength = 0.7 + 0.3 * Math.cos(at * 2.4);
    const sparkX = x + side * radius * 1.5 * strength * share;
    const sparkY = slotY - radius * (2.5 * strength * share - 2.4 * share ** 2);
    pen.globalAlpha = (1 - share) ** 1.5;
    pen.beginPath();
    pen.arc(sparkX, sparkY, Math.max(0.8, radius * 0.055 * strength), 0, Math.PI * 2);
    pen.fill();
  }
  pen.restore();
}

function paintPopping(
  pen: Pen,
  mark: Mark,
  x: number,
  y: number,
  radius: number,
  share: number,
  tokens: CoinColours,
): void {
  if (share <= 0) return;
  pen.save();
  pen.globalAlpha = Math.min(1, share * 2);
  paintMark(pen, mark, x, y, Math.max(7, radius) * (0.55 + 0.45 * sprung(share, 2)), tokens);
  pen.restore();
}

/** Share of a part that begins at `fromMs` and takes `lastsMs`, 0 ... 1. */
const part = (elapsedMs: number, fromMs: number, lastsMs: number): number =>
  Math.min(1, Math.max(0, (elapsedMs - fromMs) / lastsMs));

/** Up and down again, once. */
const bump = (elapsedMs: number, fromMs: number, lastsMs: number): number =>
  Math.sin(part(elapsedMs, fromMs, lastsMs) * Math.PI);
