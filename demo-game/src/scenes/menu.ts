import * as Phaser from 'phaser';
import { LOGO } from '../art/logo.ts';
import { PALETTES, hex } from '../art/palette.ts';
import { LEVELS } from '../levels/index.ts';
import type { LevelEntry } from '../levels/index.ts';
import { createRandom } from '../random.ts';
import type { Services } from '../services.ts';
import type { Standing } from '../shop.ts';
import { openLevel } from './open-level.ts';
import { Backdrop, DEPTH } from '../view/backdrop.ts';
import { Buttons } from '../view/buttons.ts';
import { Motes } from '../view/particles.ts';
import { SCREEN_W, frameScene, label, light, onKeyDown, onScreen, sprite, unitOf } from '../view/stage.ts';

interface Hanging {
  entry: LevelEntry;
  x: number;
  y: number;
  image: Phaser.GameObjects.Image;
  glow: Phaser.GameObjects.Image;
  number: Phaser.GameObjects.Text;
  tag: Phaser.GameObjects.Text;
  tagPlate: Phaser.GameObjects.Graphics;
  stars: Phaser.GameObjects.Image[];
  open: boolean;
}

/** The cord on which the levels hang: its height over x. */
const cordY = (x: number): number => 196 + 54 * (1 - ((x - SCREEN_W / 2) / (SCREEN_W / 2)) ** 2);

/** Title and choice of level: six lanterns on a cord over the harbour, lit when finished, tagged when they are for sale. */
export class MenuScene extends Phaser.Scene {
  private hangings: Hanging[] = [];
  private chosen = 0;
  private details!: { name: Phaser.GameObjects.Text; blurb: Phaser.GameObjects.Text; best: Phaser.GameObjects.Text };
  private button!: Buttons;
  private backdrop!: Backdrop;
  private motes!: Motes;
  private wickLight!: Phaser.GameObjects.Image;
  private wickFlame!: Phaser.GameObjects.Image;
  private moteRestS = 0;
  private drift = 0;

  constructor(private readonly services: Services) {
    super('Menu');
  }

  /** Puts the menu up; a level chosen before stays chosen. */
  create(): void {
    const { services } = this;
    frameScene(this, services.zoom);
    this.backdrop = new Backdrop(this, 'harbour');
    this.motes = new Motes(this, createRandom(3), DEPTH.motes, 90);
    this.veil();
    this.putTitle();
    this.hangings = LEVELS.map((entry, i) => this.hang(entry, i));
    this.details = {
      name: label(this, services, SCREEN_W / 2, 410, '', { size: 27, weight: 800, align: 'center' }).setDepth(
        DEPTH.hud,
      ),
      blurb: label(this, services, SCREEN_W / 2, 438, '', {
        size: 16,
        align: 'center',
        colour: '#d8d2f5',
        weight: 400,
      }).setDepth(DEPTH.hud),
      best: label(this, services, 918, 512, '', { size: 14, align: 'right', colour: '#ffe0a3' }).setDepth(DEPTH.hud),
    };
    label(this, services, 42, 512, services.text.menuKeys, { size: 13, colour: '#b9b4de', weight: 400 }).setDepth(
      DEPTH.hud,
    );
    this.button = new Buttons(this, services, [
      { text: services.text.play, x: SCREEN_W / 2, y: 486, main: true, press: () => this.play() },
    ]);
    this.showNotice(this.services.shop.takeNotice());
    this.choose(this.chosen);
    this.refresh();
    const stopWatching = services.shop.onChange(() => {
      this.refresh();
      if (LEVELS.some(({ key }) => services.shop.isRefunded(key))) this.showNotice(services.shop.takeNotice());
    });
    // After a declined offer the menu goes on where the gate had paused it.
    const resumed = (): void => {
      this.refresh();
      this.showNotice(services.shop.takeNotice());
    };
    this.events.on('resume', resumed);
    this.events.once('shutdown', () => {
      stopWatching();
      this.events.off('resume', resumed);
    });
    this.listen();
    services.sound.music('menu');
  }

  private veil(): void {
    const shade = this.add.graphics().setDepth(DEPTH.night);
    shade.fillGradientStyle(0x05051a, 0x05051a, 0x05051a, 0x05051a, 0, 0, 0.86, 0.86).fillRect(0, 300, SCREEN_W, 240);
    shade.fillGradientStyle(0x05051a, 0x05051a, 0x05051a, 0x05051a, 0.5, 0.5, 0, 0).fillRect(0, 0, SCREEN_W, 180);
  }

  private putTitle(): void {
    const x = SCREEN_W / 2 - LOGO.w / 2;
    const top = 22;
    sprite(this, x, top, 'logo-wire').setOrigin(0, 0).setDepth(DEPTH.terrain);
    const lit = sprite(this, x, top, 'logo-light')
      .setOrigin(0, 0)
      .setDepth(DEPTH.terrain + 1);
    if (!this.services.reducedMotion) {
      lit.setAlpha(0);
      this.tweens.add({ targets: lit, alpha: 1, duration: 900, delay: 250, ease: 'Sine.easeInOut' });
    }
    this.wickLight = light(this, x + LOGO.wickX, top + LOGO.wickY, 230, 0xff9a3c, 0.7).setDepth(DEPTH.lights);
    this.wickFlame = sprite(this, x + LOGO.wickX, top + LOGO.wickY + 6, 'flame-1')
      .setOrigin(0.5, 0.72)
      .setDepth(DEPTH.lights + 1);
    label(this, this.services, SCREEN_W / 2, 186, this.services.text.tagline, {
      size: 17,
      align: 'center',
      colour: '#ffe0c2',
    }).setDepth(DEPTH.hud);
    const cord = this.add.graphics().setDepth(DEPTH.cords);
    cord.lineStyle(2, 0x0b0820, 0.9).beginPath().moveTo(0, cordY(0));
    for (let at = 16; at <= SCREEN_W; at += 16) cord.lineTo(at, cordY(at));
    cord.strokePath();
  }

  private hang(entry: LevelEntry, i: number): Hanging {
    const x = 130 + i * 140;
    const y = cordY(x) + 40;
    const tint = hex(PALETTES[entry.biome].glow);
    const glow = light(this, x, y, 200, tint, 0).setDepth(DEPTH.lights);
    const image = sprite(this, x, y, 'lantern-paper').setDepth(DEPTH.lanterns).setOrigin(0.5, 0.5);
    const text = entry.key === 'Bonus' ? '★' : String(entry.number);
    const number = label(this, this.services, x, y, text, {
      size: 22,
      weight: 800,
      align: 'center',
      shadow: false,
    }).setDepth(DEPTH.lights + 1);
    const tagPlate = this.add.graphics().setDepth(DEPTH.hud);
    const tag = label(this, this.services, x, y + 62, '', {
      size: 14,
      weight: 800,
      align: 'center',
      shadow: false,
    }).setDepth(DEPTH.hud + 1);
    const stars = [0, 1, 2].map((k) => {
      const star = sprite(this, x + (k - 1) * 20, y + 88, 'star').setDepth(DEPTH.hud);
      return star.setScale(unitOf(star) * 0.3);
    });
    return { entry, x, y, image, glow, number, tag, tagPlate, stars, open: true };
  }

  private showNotice(notice: string | null): void {
    if (!notice) return;
    this.services.announce(notice);
    const plate = this.add.graphics().setDepth(DEPTH.hud + 2);
    const line = label(this, this.services, SCREEN_W / 2, 178, notice, { size: 16, align: 'center' }).setDepth(
      DEPTH.hud + 3,
    );
    plate.fillStyle(0x0b0b24, 1).fillRoundedRect(SCREEN_W / 2 - line.width / 2 - 22, 160, line.width + 44, 36, 18);
    plate
      .lineStyle(1.5, 0xffe0a3, 0.5)
      .strokeRoundedRect(SCREEN_W / 2 - line.width / 2 - 22, 160, line.width + 44, 36, 18);
    this.tweens.add({ targets: [plate, line], alpha: 0, delay: 5200, duration: 700 });
  }

  private listen(): void {
    onKeyDown(this, (event) => {
      if (event.code === 'ArrowLeft' || event.code === 'KeyA') this.choose(this.chosen - 1, true);
      else if (event.code === 'ArrowRight' || event.code === 'KeyD') this.choose(this.chosen + 1, true);
      else if (/^Digit[1-6]$/.test(event.code)) this.choose(Number(event.code.at(-1)) - 1, true);
    });
    this.input.on('pointerup', (pointer: Phaser.Input.Pointer) => {
      const at = onScreen(pointer, this.services.zoom);
      const found = this.hangings.findIndex(
        (item) => Math.abs(at.x - item.x) < 62 && at.y > item.y - 60 && at.y < item.y + 104,
      );
      if (found < 0) return;
      // A second press on the chosen lantern plays it.
      if (found === this.chosen) this.play();
      else this.choose(found, true);
    });
  }

  private choose(index: number, heard = false): void {
    this.chosen = Math.max(0, Math.min(LEVELS.length - 1, index));
    const { text, progress, sound, announce } = this.services;
    const entry = LEVELS[this.chosen]!;
    const words = text.levels[entry.biome];
    this.details.name.setText(words.name);
    this.details.blurb.setText(words.blurb);
    const best = progress.best(entry.key);
    this.details.best.setText(best > 0 ? text.best(String(best)) : '');
    this.refresh();
    if (!heard) return;
    sound.effect('move', this.chosen * 2);
    announce(`${entry.key === 'Bonus' ? text.bonus : text.level(entry.number)}, ${words.name}. ${this.tagOf(entry)}`);
  }

  private tagOf(entry: LevelEntry): string {
    return tagText(this.services.shop.standing(entry.key), this.services);
  }

  private refresh(): void {
    const { shop, progress, text } = this.services;
    for (const item of this.hangings) {
      const standing = shop.standing(item.entry.key);
      const stars = progress.stars(item.entry.key);
      const lit = stars > 0;
      item.open = standing.kind !== 'price' && standing.kind !== 'closed';
      item.image.setTexture(lit ? 'lantern-paper-lit' : 'lantern-paper');
      item.number.setColor(lit ? '#7a2f0c' : '#e9e4ff');
      item.stars.forEach((star, k) => star.setTexture(k < stars ? 'star-full' : 'star'));
      this.drawTag(item, standing);
    }
    const standing = shop.standing(LEVELS[this.chosen]!.key);
    this.button?.setText(0, standing.kind === 'price' ? text.unlock(standing.price) : text.play);
  }

  private drawTag(item: Hanging, standing: Standing): void {
    const { tag, tagPlate, x } = item;
    const y = item.y + 62;
    tag.setText(tagText(standing, this.services)).setPosition(x, y);
    tagPlate.clear();
    item.stars.forEach((star) => star.setY(y + (tag.text ? 28 : 2)));
    if (!tag.text) return;
    const w = tag.width + 22;
    const price = standing.kind === 'price';
    tag.setColor(price ? '#2b1408' : '#e9e4ff');
    if (price) tagPlate.fillStyle(0xffd9a0, 1).fillRoundedRect(x - w / 2, y - 14, w, 27, 6);
    else {
      tagPlate.fillStyle(0x15143a, 0.85).fillRoundedRect(x - w / 2, y - 12, w, 24, 12);
      tagPlate.lineStyle(1.2, 0x8d86c9, 0.8).strokeRoundedRect(x - w / 2, y - 12, w, 24, 12);
    }
  }

  private play(): void {
    if (!openLevel(this, this.services, LEVELS[this.chosen]!.key)) this.showNotice(this.services.text.closed);
  }

  /** Lets it live: swaying lanterns, the flame of the title, motes. */
  override update(timeMs: number, deltaMs: number): void {
    const t = timeMs / 1000;
    const still = this.services.reducedMotion;
    this.drift += still ? 0 : deltaMs * 0.012;
    this.backdrop.follow(this.drift);
    this.wickFlame.setTexture(`flame-${still ? 1 : [0, 1, 2, 1][Math.floor(t * 10) % 4]!}`);
    this.wickLight.setAlpha(still ? 0.7 : 0.68 + 0.06 * Math.sin(t * 11) + 0.04 * Math.sin(t * 23));
    this.hangings.forEach((item, i) => this.sway(item, i, t, still));
    this.moteRestS -= deltaMs / 1000;
    if (!still && this.moteRestS <= 0) {
      this.moteRestS = 0.12;
      this.motes.burst(this.wickFlame.x, this.wickFlame.y - 18, {
        count: 1,
        speed: [10, 40],
        lifeS: [0.8, 1.8],
        size: [3, 7],
        tints: [0xffd166, 0xff9a3c],
        aim: [-Math.PI / 2, 0.7],
        gravity: -14,
      });
    }
    this.motes.update(deltaMs / 1000);
  }

  private sway(item: Hanging, i: number, t: number, still: boolean): void {
    const chosen = i === this.chosen;
    const swing = still ? 0 : Math.sin(t * (chosen ? 2.6 : 1.3) + i) * (chosen ? 0.11 : 0.045);
    const x = item.x - Math.sin(swing) * 34;
    const unit = unitOf(item.image) * (chosen ? 1.28 : 1);
    const size = item.image.scaleX + (unit - item.image.scaleX) * 0.2;
    item.image.setPosition(x, item.y).setRotation(swing).setScale(size);
    item.number.setPosition(x, item.y).setScale(size / unitOf(item.image));
    const alpha = (item.image.texture.key.endsWith('lit') ? 0.4 : item.open ? 0.14 : 0) + (chosen ? 0.42 : 0);
    item.glow.setPosition(x, item.y).setAlpha(item.glow.alpha + (alpha - item.glow.alpha) * 0.15);
  }
}

function tagText(standing: Standing, { text }: Services): string {
  switch (standing.kind) {
    case 'free':
      return '';
    case 'owned':
      return text.owned;
    case 'minutes':
      return text.minutesLeft(standing.minutes);
    case 'price':
      return standing.price;
    case 'closed':
      return '—';
  }
}
