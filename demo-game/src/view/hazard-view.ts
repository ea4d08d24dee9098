import * as Phaser from 'phaser';
import { BOLT_STRIKE, BOLT_WARN, DRIP_SWELL, cycle } from '../sim/hazards.ts';
import type { Bolt, Hazard } from '../sim/types.ts';
import { DEPTH } from './backdrop.ts';
import { dye, light, sprite, unitOf } from './stage.ts';

type Image = Phaser.GameObjects.Image;

/** One hazard's picture. `update` reads the hazard and the world's time, nothing else. */
export class HazardView {
  private readonly draw: (timeS: number) => void;

  /** Makes the sprites of a hazard. */
  constructor(scene: Phaser.Scene, hazard: Hazard) {
    this.draw = drawer(scene, hazard);
    this.draw(0);
  }

  /** Moves them to where the hazard is. */
  update(timeS: number): void {
    this.draw(timeS);
  }
}

function drawer(scene: Phaser.Scene, hazard: Hazard): (timeS: number) => void {
  const put = (key: string): Image => sprite(scene, hazard.x, hazard.y, key).setDepth(DEPTH.hazards);
  switch (hazard.kind) {
    case 'moth': {
      const wings = [put('moth-wing').setOrigin(0.06, 0.5), put('moth-wing').setOrigin(0.06, 0.5)] as const;
      const body = put('moth-body');
      const unit = unitOf(body);
      return (t) => {
        const open = 0.62 + 0.38 * Math.sin(t * 17 + hazard.phase * 9);
        for (const part of [...wings, body]) part.setPosition(hazard.x, hazard.y).setVisible(!hazard.burnt);
        wings[0].setScale(unit * open, unit);
        wings[1].setScale(-unit * open, unit);
      };
    }
    case 'kite': {
      const string = scene.add.graphics().setDepth(DEPTH.wind);
      const bows = [0, 1, 2].map(() => put('bow'));
      const body = put('kite');
      return (t) => {
        string.clear().lineStyle(1.4, 0xffe3d3, 0.5).lineBetween(hazard.anchor.x, hazard.anchor.y, hazard.x, hazard.y);
        body.setPosition(hazard.x, hazard.y).setRotation(-hazard.angle * 0.8);
        bows.forEach((bow, i) => {
          const lag = hazard.angle * (0.8 - i * 0.22) + Math.sin(t * 6 - i) * 0.08;
          bow
            .setPosition(hazard.x + Math.sin(lag) * (32 + i * 15), hazard.y + Math.cos(lag) * (32 + i * 15))
            .setRotation(Math.sin(t * 5 + i));
        });
      };
    }
    case 'drip': {
      const drop = put('drop');
      const unit = unitOf(drop);
      return (t) => {
        const share = cycle(t, hazard.periodS, hazard.phase);
        const swell = hazard.falling ? 1 : 0.15 + 0.85 * (share / DRIP_SWELL);
        drop
          .setPosition(hazard.x, hazard.y)
          .setScale(unit * swell * (hazard.falling ? 0.88 : 1), unit * swell * (hazard.falling ? 1.15 : 1));
      };
    }
    case 'frog': {
      const body = put('frog');
      let before = hazard.y;
      return () => {
        const unit = unitOf(body);
        const rising = hazard.y < before;
        before = hazard.y;
        body.setPosition(hazard.x, hazard.y).setScale(unit * (rising ? 0.92 : 1.05), unit * (rising ? 1.12 : 0.94));
      };
    }
    case 'arm': {
      const bar = put('arm');
      bar.setScale((hazard.length * 2 + 14) / bar.width, unitOf(bar));
      const tips = [1, -1].map((side) => ({
        side,
        glow: light(scene, 0, 0, 74, 0xff7a33, 0.6).setDepth(DEPTH.hazards + 1),
      }));
      put('hub')
        .setPosition(hazard.x, hazard.y)
        .setDepth(DEPTH.hazards + 1);
      return () => {
        bar.setRotation(hazard.angle);
        for (const { side, glow } of tips) {
          glow.setPosition(
            hazard.x + Math.cos(hazard.angle) * hazard.length * side,
            hazard.y + Math.sin(hazard.angle) * hazard.length * side,
          );
        }
      };
    }
    case 'piston': {
      const head = put('piston')
        .setOrigin(0, 1)
        .setDepth(DEPTH.terrain - 1);
      head.setScale(hazard.w / head.width, hazard.h / head.height);
      const rod = dye(scene.add.image(hazard.x + hazard.w / 2, 0, 'white'), 0x2b2026);
      rod.setOrigin(0.5, 0).setDepth(DEPTH.terrain - 2);
      return () => {
        head.setPosition(hazard.x, hazard.y + hazard.h);
        rod.setDisplaySize(hazard.w * 0.28, Math.max(1, hazard.y + 10));
      };
    }
    case 'bolt':
      return boltDrawer(scene, hazard);
    case 'cloud': {
      const puff = put('cloud')
        .setDisplaySize(hazard.r * 2.5, hazard.r * 1.8)
        .setAlpha(0.9);
      return () => puff.setPosition(hazard.x, hazard.y);
    }
  }
}

function boltDrawer(scene: Phaser.Scene, bolt: Bolt): (timeS: number) => void {
  const column = dye(scene.add.image(bolt.x, bolt.y, 'beam'), 0x7fe3ff)
    .setOrigin(0.5, 0)
    .setDepth(DEPTH.lights);
  column.setDisplaySize(bolt.w, bolt.bottom - bolt.y).setBlendMode(Phaser.BlendModes.ADD);
  const line = scene.add.graphics().setDepth(DEPTH.lights + 1);
  const foot = light(scene, bolt.x, bolt.bottom, 150, 0x9fe8ff, 0).setDepth(DEPTH.lights);
  let shape = 0;
  let struck = false;
  return (t) => {
    const share = cycle(t, bolt.periodS, bolt.phase);
    const warning = bolt.stage === 'warn' ? (share - BOLT_WARN) / (BOLT_STRIKE - BOLT_WARN) : 0;
    // The warning narrows as it brightens: read as aiming, without any flicker.
    column.setAlpha(bolt.stage === 'strike' ? 0.55 : warning * 0.42);
    column.setDisplaySize(bolt.w * (bolt.stage === 'strike' ? 1 : 1.7 - 0.9 * warning), bolt.bottom - bolt.y);
    foot.setAlpha(bolt.stage === 'strike' ? 0.8 : warning * 0.5);
    if (bolt.stage === 'strike' && !struck) drawZigzag(line, bolt, (shape += 1));
    if (bolt.stage !== 'strike' && struck) line.clear();
    struck = bolt.stage === 'strike';
    line.setAlpha(struck ? 1 - ((share - BOLT_STRIKE) / (1 - BOLT_STRIKE)) * 0.7 : 0);
  };
}

function drawZigzag(line: Phaser.GameObjects.Graphics, bolt: Bolt, shape: number): void {
  line.clear();
  for (const [width, colour, alpha] of [
    [9, 0x7fe3ff, 0.35],
    [3.4, 0xffffff, 1],
  ] as const) {
    line.lineStyle(width, colour, alpha).beginPath().moveTo(bolt.x, bolt.y);
    let k = shape * 7;
    for (let y = bolt.y + 26; y < bolt.bottom; y += 26, k += 1) line.lineTo(bolt.x + scatter(k) * bolt.w * 0.5, y);
    line.lineTo(bolt.x, bolt.bottom).strokePath();
  }
}

/** A number in [-1, 1) that jumps about with k, the same for the same k. */
function scatter(k: number): number {
  const turns = Math.sin(k * 127.1) * 43758.5453;
  return (turns - Math.floor(turns)) * 2 - 1;
}
