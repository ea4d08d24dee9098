/** The coin, the slot and the small marks beside them, painted with plain canvas calls. */
import { darker, faded, lighter, mixed } from './colour.ts';

type Pen = CanvasRenderingContext2D;

export interface CoinColours {
  readonly coin: string;
  readonly line: string;
  readonly well: string;
  readonly ink: string;
  readonly button: string;
}

/**
 * A coin seen from the front, turned about its upright axis: `turn` 1 faces us, 0 is edge-on.
 */
export function paintCoin(pen: Pen, x: number, y: number, radius: number, turn: number, { coin }: CoinColours): void {
  const width = Math.max(0.08, Math.abs(turn));
  const thickness = radius * 0.16 * (1 - width);
  pen.save();
  pen.translate(x, y);
  if (thickness > 0.3) {
    pen.fillStyle = darker(coin, 0.45);
    pen.beginPath();
    pen.ellipse(thickness, 0, radius * width, radius, 0, 0, Math.PI * 2);
    pen.rect(0, -radius * 0.985, thickness, radius * 1.97);
    pen.fill();
  }
  pen.scale(width, 1);
  paintCoinFace(pen, radius, coin);
  // Turned away from the light.
  if (width < 0.98) disc(pen, radius, faded(darker(coin, 0.8), 0.34 * (1 - width)));
  pen.restore();
}

/** Light that the coin throws round itself; `strength` 1 is as bright as the coin. */
export function paintGlow(
  pen: Pen,
  x: number,
  y: number,
  radius: number,
  { coin }: CoinColours,
  strength = 0.17,
): void {
  const light = pen.createRadialGradient(x, y, 0, x, y, radius);
  light.addColorStop(0, faded(coin, strength));
  light.addColorStop(0.55, faded(coin, strength * 0.35));
  light.addColorStop(1, faded(coin, 0));
  pen.fillStyle = light;
  pen.fillRect(x - radius, y - radius, radius * 2, radius * 2);
}

/** A band of light that crosses the coin; `share` 0 ... 1 of its way. */
export function paintGlint(pen: Pen, x: number, y: number, radius: number, share: number): void {
  pen.save();
  pen.translate(x, y);
  pen.beginPath();
  pen.arc(0, 0, radius * 0.98, 0, Math.PI * 2);
  pen.clip();
  pen.rotate(0.5);
  const at = (share * 2 - 1) * radius * 1.5;
  const half = radius * 0.42;
  const band = pen.createLinearGradient(at - half, 0, at + half, 0);
  band.addColorStop(0, 'rgba(255,255,255,0)');
  band.addColorStop(0.5, 'rgba(255,255,255,0.6)');
  band.addColorStop(1, 'rgba(255,255,255,0)');
  pen.fillStyle = band;
  pen.fillRect(at - half, -radius * 1.5, half * 2, radius * 3);
  pen.restore();
}

function paintCoinFace(pen: Pen, radius: number, coin: string): void {
  disc(pen, radius, slope(pen, radius, [lighter(coin, 0.62), coin, darker(coin, 0.4)]));
  // Reeds of the rim.
  pen.strokeStyle = faded(darker(coin, 0.7), 0.28);
  pen.lineWidth = Math.max(0.5, radius * 0.025);
  pen.beginPath();
  const reeds = radius < 14 ? 24 : 48;
  for (let at = 0; at < reeds; at += 1) {
    const angle = (at / reeds) * Math.PI * 2;
    pen.moveTo(Math.cos(angle) * radius * 0.9, Math.sin(angle) * radius * 0.9);
    pen.lineTo(Math.cos(angle) * radius * 0.985, Math.sin(angle) * radius * 0.985);
  }
  pen.stroke();
  // The field lies lower than the rim: dark above, light below.
  disc(pen, radius * 0.85, slope(pen, radius * 0.85, [darker(coin, 0.42), lighter(coin, 0.5)]));
  const field = pen.createRadialGradient(-radius * 0.3, -radius * 0.42, radius * 0.08, 0, 0, radius * 1.05);
  field.addColorStop(0, lighter(coin, 0.6));
  field.addColorStop(0.45, lighter(coin, 0.08));
  field.addColorStop(1, darker(coin, 0.26));
  disc(pen, radius * 0.81, field);
  paintSlotMark(pen, 0, 0, radius * 0.98, darker(coin, 0.62), lighter(coin, 0.7));
}

function disc(pen: Pen, radius: number, fill: CanvasGradient | string): void {
  pen.fillStyle = fill;
  pen.beginPath();
  pen.arc(0, 0, radius, 0, Math.PI * 2);
  pen.fill();
}

function slope(pen: Pen, radius: number, colours: readonly string[]): CanvasGradient {
  const gradient = pen.createLinearGradient(0, -radius, 0, radius);
  colours.forEach((colour, at) => gradient.addColorStop(at / (colours.length - 1), colour));
  return gradient;
}

/** The mark of the project: an upright slot between two brackets of a coin's edge. `size` is its full height. */
export function paintSlotMark(pen: Pen, x: number, y: number, size: number, dark: string, light: string): void {
  const half = size / 2;
  for (const [colour, shift] of [
    [light, size * 0.028],
    [dark, 0],
  ] as const) {
    pen.fillStyle = colour;
    pen.strokeStyle = colour;
    pen.lineWidth = size * 0.085;
    pen.lineCap = 'round';
    pen.beginPath();
    pen.roundRect(x - size * 0.07, y - half * 0.52 + shift, size * 0.14, half * 1.04, size * 0.07);
    pen.fill();
    for (const side of [0, Math.PI]) {
      pen.beginPath();
      pen.arc(x, y + shift, half * 0.76, side - 0.72, side + 0.72);
      pen.stroke();
    }
  }
}

/** The front of the machine: a block with a slit along its upper edge. Drawn after the coin, which goes behind it. */
export function paintSlotBlock(
  pen: Pen,
  x: number,
  y: number,
  width: number,
  height: number,
  tokens: CoinColours,
): void {
  const radius = Math.min(height * 0.34, width * 0.12);
  const metal = pen.createLinearGradient(0, y, 0, y + height);
  metal.addColorStop(0, lighter(tokens.line, 0.34));
  metal.addColorStop(0.12, lighter(tokens.line, 0.1));
  metal.addColorStop(1, darker(tokens.line, 0.38));
  pen.fillStyle = metal;
  pen.beginPath();
  pen.roundRect(x, y, width, height, radius);
  pen.fill();
  pen.strokeStyle = faded(lighter(tokens.line, 0.6), 0.55);
  pen.lineWidth = Math.max(1, height * 0.035);
  pen.beginPath();
  pen.moveTo(x + radius, y + pen.lineWidth / 2);
  pen.lineTo(x + width - radius, y + pen.lineWidth / 2);
  pen.stroke();
  const plate = Math.min(width * 0.5, height * 1.7);
  pen.fillStyle = faded('#000000', 0.32);
  pen.beginPath();
  pen.roundRect(x + (width - plate) / 2, y + height * 0.44, plate, height * 0.26, height * 0.13);
  pen.fill();
}

/** The slit seen from above the edge. Drawn before the coin. */
export function paintSlit(pen: Pen, x: number, y: number, width: number, height: number): void {
  pen.fillStyle = 'rgba(0,0,0,0.72)';
  pen.beginPath();
  pen.ellipse(x, y, width / 2, height, 0, 0, Math.PI * 2);
  pen.fill();
}

/** Where a coin would be: a broken line, `share` of the way round. */
export function paintMissingCoin(
  pen: Pen,
  x: number,
  y: number,
  radius: number,
  share: number,
  tokens: CoinColours,
): void {
  pen.save();
  // Between ink and inset: as plain on light paper as in the dark.
  pen.strokeStyle = mixed(tokens.ink, tokens.well, 0.45);
  pen.lineWidth = Math.max(1.5, radius * 0.07);
  const dash = (Math.PI * 2 * radius * 0.94) / 20;
  pen.setLineDash([dash * 1.1, dash * 0.9]);
  pen.beginPath();
  pen.arc(x, y, radius * 0.94, -Math.PI / 2, Math.PI * (2 * share - 0.5));
  pen.stroke();
  pen.restore();
}
