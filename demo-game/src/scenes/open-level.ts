import type * as Phaser from 'phaser';
import type { Services } from '../services.ts';
import type { LevelKey } from '../sim/types.ts';

/** Goes to a level. Paid ones are held by the plugin's gate on the way; closed ones are not even asked for. Tells whether it went. */
export function openLevel(scene: Phaser.Scene, services: Services, key: LevelKey): boolean {
  const { shop, sound, announce, text } = services;
  if (shop.standing(key).kind === 'closed') {
    sound.effect('locked');
    announce(text.closed);
    return false;
  }
  shop.asking(key);
  scene.scene.start(key);
  return true;
}
