/** Small round marks that say by shape what a state is: done, closed, waiting, locked, away. */
import { darker } from './colour.ts';
import type { CoinColours } from './coin.ts';

export type Mark = 'check' | 'cross' | 'clock' | 'lock' | 'away';

type Pen = CanvasRenderingContext2D;

/** The strokes of a mark in a box of -1 ... 1. */
const STROKES: Readonly<Record<Mark, (pen: Pen) => void>> = {
  check(pen) {
    pen.moveTo(-0.46, 0.02);
    pen.lineTo(-0.12, 0.36);
    pen.lineTo(0.48, -0.34);
  },
  cross(pen) {
    pen.moveTo(-0.34, -0.34);
    pen.lineTo(0.34, 0.34);
    pen.moveTo(0.34, -0.34);
    pen.lineTo(-0.34, 0.34);
  },
  clock(pen) {
    pen.moveTo(0, -0.5);
    pen.lineTo(0, 0.04);
    pen.lineTo(0.36, 0.24);
  },
  lock(pen) {
    pen.rect(-0.36, -0.06, 0.72, 0.52);
    pen.moveTo(-0.22, -0.1);
    pen.lineTo(-0.22, -0.28);
    pen.arc(0, -0.28, 0.22, Math.PI, 0);
    pen.lineTo(0.22, -0.1);
  },
  away(pen) {
    pen.moveTo(0, -0.5);
    pen.lineTo(0, 0.12);
    pen.moveTo(0, 0.46);
    pen.lineTo(0, 0.47);
  },
};

export function paintMark(pen: Pen, mark: Mark, x: number, y: number, radius: number, tokens: CoinColours): void {
  pen.save();
  pen.translate(x, y);
  pen.fillStyle = tokens.well;
  pen.beginPath();
  pen.arc(0, 0, radius * 1.16, 0, Math.PI * 2);
  pen.fill();
  // The one happy mark wears the coin's colour; its shape says the same.
  const done = mark === 'check';
  pen.fillStyle = done ? tokens.coin : tokens.button;
  pen.strokeStyle = done ? darker(tokens.coin, 0.78) : tokens.ink;
  pen.lineWidth = Math.max(1, radius * 0.09);
  pen.beginPath();
  pen.arc(0, 0, radius, 0, Math.PI * 2);
  pen.fill();
  pen.stroke();
  pen.scale(radius, radius);
  pen.lineWidth = 0.2;
  pen.lineCap = 'round';
  pen.lineJoin = 'round';
  pen.beginPath();
  STROKES[mark](pen);
  pen.stroke();
  pen.restore();
}
