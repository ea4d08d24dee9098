/** A game with nothing but levels to sell, one for each purchase: an owned level is never sold twice. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const levelName = (number: number): string => `level-${number}`;

export function writeLevels(folder: string, count: number): void {
  const content = join(folder, 'coinslot');
  mkdirSync(content, { recursive: true });
  const offers = Array.from({ length: count }, (_, i) => offerText(i + 1));
  writeFileSync(join(content, 'offers.yaml'), `${HEAD}${offers.join('')}`);
  writeFileSync(join(content, 'placements.yaml'), PLACEMENTS);
}

const HEAD = `publisher: lumen-works
game:
  id: demo-game
  name: { en: Wick }
  defaultLocale: en
  origins: ['http://127.0.0.1:8375']
validity: { days: 365 }
cards: software
refund: { days: 14, contact: refunds@lumen-works.example }
offers:
`;

const offerText = (number: number): string => `  - id: ${levelName(number)}
    grant: { level: ${levelName(number)} }
    price: 0.01 EUR
    texts:
      en:
        title: The Rain Garden, bed ${number}
        description: >-
          Level ${number} of Wick, yours to keep. Lanterns drift on paper boats, leaves let heavy drops fall, and the
          frogs are awake. Play it as often as you like.
`;

const PLACEMENTS = `game: demo-game
placements:
  level-end: { on: breakpoint }
campaigns: []
`;
