/** The title: four letters bent from a lamp's filament, the I a candle. Drawn in two textures, cold wire and light. */
import type * as Phaser from 'phaser';
import { orb, paint, rounded } from './canvas.ts';
import type { Ctx } from './canvas.ts';

/** Size of the title, world pixels. */
export const LOGO = { w: 460, h: 150, wickX: 214, wickY: 34 };

const TOP = 46;
const LOW = 126;

function letters(ctx: Ctx): void {
  ctx.lineJoin = 'round';
  ctx.lineCap = 'round';
  ctx.beginPath();
  // W
  ctx.moveTo(34, TOP);
  ctx.lineTo(66, LOW);
  ctx.lineTo(98, TOP + 18);
  ctx.lineTo(130, LOW);
  ctx.lineTo(162, TOP);
  // C
  ctx.moveTo(330, TOP + 15);
  ctx.bezierCurveTo(306, TOP - 12, 262, TOP - 2, 262, (TOP + LOW) / 2);
  ctx.bezierCurveTo(262, LOW + 2, 306, LOW + 12, 330, LOW - 15);
  // K
  ctx.moveTo(366, TOP);
  ctx.lineTo(366, LOW);
  ctx.moveTo(424, TOP);
  ctx.lineTo(368, (TOP + LOW) / 2 + 6);
  ctx.moveTo(386, (TOP + LOW) / 2 - 6);
  ctx.lineTo(428, LOW);
  ctx.stroke();
}

/** Draws `logo-wire` and `logo-light`. */
export function paintLogo(textures: Phaser.Textures.TextureManager): void {
  paint(textures, 'logo-wire', LOGO.w, LOGO.h, (ctx) => {
    ctx.strokeStyle = 'rgba(20,14,48,0.75)';
    ctx.lineWidth = 15;
    letters(ctx);
    ctx.strokeStyle = '#6d5fa8';
    ctx.lineWidth = 8;
    letters(ctx);
    candle(ctx);
  });
  paint(textures, 'logo-light', LOGO.w, LOGO.h, (ctx) => {
    ctx.shadowColor = '#ff9a3c';
    ctx.shadowBlur = 36;
    ctx.strokeStyle = '#ffb45c';
    ctx.lineWidth = 9;
    letters(ctx);
    ctx.shadowBlur = 10;
    ctx.strokeStyle = '#fff3d0';
    ctx.lineWidth = 4;
    letters(ctx);
    ctx.shadowBlur = 0;
    candle(ctx);
  });
}

function candle(ctx: Ctx): void {
  const x = LOGO.wickX;
  rounded(ctx, x - 11, TOP + 12, 22, LOW - TOP - 8, 5);
  const wax = ctx.createLinearGradient(x - 11, 0, x + 11, 0);
  wax.addColorStop(0, '#fff3da');
  wax.addColorStop(0.55, '#ffdca6');
  wax.addColorStop(1, '#c98a56');
  ctx.fillStyle = wax;
  ctx.fill();
  // A run of wax down one side.
  rounded(ctx, x - 15, TOP + 12, 9, 30, 4.5);
  ctx.fillStyle = '#fff3da';
  ctx.fill();
  ctx.strokeStyle = '#4a2a1c';
  ctx.lineWidth = 2.4;
  ctx.beginPath();
  ctx.moveTo(x, TOP + 13);
  ctx.lineTo(x, TOP + 3);
  ctx.stroke();
  orb(ctx, x, TOP + 12, 16, [
    [0, 'rgba(255,200,120,0.7)'],
    [1, 'rgba(255,200,120,0)'],
  ]);
}
