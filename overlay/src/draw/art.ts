/** The picture in the inset: a coin above its slot, and what becomes of it. */
import type { Art } from '../dialog/view.ts';
import { paintCoin, paintMissingCoin, paintSlit, paintSlotBlock, type CoinColours } from './coin.ts';
import { paintMark, type Mark } from './marks.ts';

/** How long the coin takes to drop and the mark to appear. */
export const DROP_MS = 1_100;
/** When, within that, the coin touches the slot: the sound is made to it. */
export const COIN_TOUCHES_MS = 420;
const TURN_MS = 1_600;

const MARKS: Readonly<Partial<Record<Art, Mark>>> = {
  locked: 'lock',
  waiting: 'clock',
  returned: 'cross',
  unplugged: 'away',
};

/** Whether the picture still moves `elapsedMs` after its state began. */
export const artMoves = (art: Art, elapsedMs: number): boolean =>
  art === 'turning' || (art === 'dropping' && elapsedMs < DROP_MS);

/** The picture `elapsedMs` into its state; pass infinity for its rest. */
export function paintArt(
  pen: CanvasRenderingContext2D,
  width: number,
  height: number,
  art: Art,
  elapsedMs: number,
  tokens: CoinColours,
): void {
  pen.clearRect(0, 0, width, height);
  const blockHeight = height * 0.27;
  const radius = Math.min((height - blockHeight) * 0.43, width * 0.36);
  const slotY = height - blockHeight - 1;
  const x = width / 2;
  const hoverY = Math.max(radius + 1, slotY - radius - height * 0.045);
  const blockWidth = Math.min(width, radius * 3.3);

  paintSlit(pen, x, slotY, radius * 2.3, Math.max(1.5, height * 0.022));
  if (art === 'unplugged') paintMissingCoin(pen, x, hoverY, radius, tokens);
  else if (art === 'dropping') paintDrop(pen, x, hoverY, slotY, radius, elapsedMs, tokens);
  else paintCoin(pen, x, hoverY, radius, art === 'turning' ? turnAt(elapsedMs) : 1, tokens);
  paintSlotBlock(pen, x - blockWidth / 2, slotY, blockWidth, blockHeight - 1, tokens);

  const mark = MARKS[art];
  if (mark !== undefined)
    paintMark(pen, mark, x + radius * 0.78, hoverY + radius * 0.62, Math.max(7, radius * 0.36), tokens);
  if (art === 'dropping') paintDone(pen, x, hoverY, radius, elapsedMs, tokens);
}

const turnAt = (elapsedMs: number): number =>
  Number.isFinite(elapsedMs) ? Math.cos((elapsedMs / TURN_MS) * Math.PI * 2) : 1;

/** Lifts a little, then falls; what has passed the slit is behind the block. */
function paintDrop(
  pen: CanvasRenderingContext2D,
  x: number,
  hoverY: number,
  slotY: number,
  radius: number,
  elapsedMs: number,
  tokens: CoinColours,
): void {
  const share = Math.min(1, elapsedMs / (COIN_TOUCHES_MS + 160));
  if (share === 1) return;
  const lift = share < 0.3 ? -Math.sin((share / 0.3) * (Math.PI / 2)) : -1;
  const fall = share < 0.3 ? 0 : ((share - 0.3) / 0.7) ** 2;
  const y = hoverY + lift * radius * 0.16 + fall * (slotY + radius * 1.3 - hoverY);
  pen.save();
  pen.beginPath();
  pen.rect(x - radius * 2, -radius, radius * 4, slotY + radius);
  pen.clip();
  paintCoin(pen, x, y, radius, 1, tokens);
  pen.restore();
}

/** A ring that spreads once, and the check mark that stays. */
function paintDone(
  pen: CanvasRenderingContext2D,
  x: number,
  y: number,
  radius: number,
  elapsedMs: number,
  tokens: CoinColours,
): void {
  const share = Math.min(1, Math.max(0, (elapsedMs - COIN_TOUCHES_MS - 140) / (DROP_MS - COIN_TOUCHES_MS - 140)));
  if (share === 0) return;
  const eased = 1 - (1 - share) ** 3;
  if (share < 1) {
    pen.save();
    pen.globalAlpha = (1 - share) * 0.7;
    pen.strokeStyle = tokens.coin;
    pen.lineWidth = Math.max(1, radius * 0.08 * (1 - share));
    pen.beginPath();
    pen.arc(x, y, radius * (0.5 + 0.5 * eased), 0, Math.PI * 2);
    pen.stroke();
    pen.restore();
  }
  paintMark(pen, 'check', x, y, radius * 0.62 * (0.6 + 0.4 * eased), tokens);
}
