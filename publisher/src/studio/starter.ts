/** The files that `coinslot init` starts a studio with: small, commented, and correct as they stand. */
import type { RequestedName } from './request.ts';

/** A first `offers.yaml`. */
export function starterOffers({ id, commonName }: RequestedName): string {
  return `# What your game sells. Signed into price-list.coinslot by: coinslot sign
# yaml-language-server: $schema=./offers.schema.json
publisher: ${id} # as in your certificate; ${asComment(commonName)} is what players are shown
game:
  id: my-game # for ever
  name:
    en: My Game # one line per language; every offer needs texts in each
  origins: # where the game is served from, exactly as the browser's address bar begins
    - http://localhost:8080

validity:
  days: 365 # or  until: 2027-12-31 ; sign again to renew

refund: # for every offer that has none of its own
  days: 14 # 0: none once used
  contact: support@example.com

cards: chip # which cards may decide, also with no network: none, chip, or software too

offers:
  - id: level-2 # for ever; never give it to something else
    grant: { level: level-2 } # or { minutes: 30, target: play }, { forever: bonus }, ...
    price: 0.20 EUR # taxes included, with a point
    texts:
      en:
        title: Level 2
        description: Opens level 2 for good.
`;
}

/** A first `placements.yaml`, which goes with the first `offers.yaml`. */
export function starterPlacements(): string {
  return `# When offers appear. Compiled to placements.json by: coinslot placements compile
# yaml-language-server: $schema=./placements.schema.json
game: my-game
pacing: gentle # gentle, balanced or sparse: waits and caps for everything below

facts: # what the game passes: breakpoint('level-end', { level: 1 })
  level: number

placements:
  level-end:
    on: breakpoint # the game says so; or { scene: Menu }, { level: end }, { every: 10m }

campaigns:
  - id: next-level
    placements: [level-end]
    offer: level-2
    when: level >= 1 and session.declines < 1

expect: # what must hold over many players: coinslot placements simulate
  offersPerHour: { p95: { max: 4 } }
  firstOfferAfterMinutes: { min: 5 }
`;
}

/** A name on one line, without what would end a comment. */
function asComment(text: string): string {
  return text.replaceAll(/[\r\n]/g, ' ');
}
