import type { Biome, HurtCause } from './sim/types.ts';

/** Every sentence of the game in one language. Functions where a number goes in. */
export interface Strings {
  lang: 'en' | 'fr';
  tagline: string;
  levels: Readonly<Record<Biome, { name: string; blurb: string; hint: string }>>;
  play: string;
  playAgain: string;
  unlock: (price: string) => string;
  free: string;
  owned: string;
  minutesLeft: (minutes: number) => string;
  minutesRemain: (minutes: number) => string;
  best: (score: string) => string;
  level: (number: number) => string;
  bonus: string;
  menuKeys: string;
  paused: string;
  resume: string;
  retry: string;
  menu: string;
  next: string;
  complete: string;
  time: string;
  embers: string;
  lanterns: string;
  hits: string;
  score: string;
  newBest: string;
  gameOver: string;
  causes: Readonly<Record<HurtCause, string>>;
  beaconOpen: string;
  chain: (count: number) => string;
  lifeBack: string;
  chilled: string;
  flyHint: string;
  starFinish: string;
  starEmbers: string;
  starSwift: (seconds: number) => string;
  declined: string;
  failed: (reason: string) => string;
  pendingLine: string;
  timeUp: string;
  refunded: string;
  walletAway: string;
  /** What is sealed of a level did not open. */
  unopened: string;
  closed: string;
  mute: string;
  unmute: string;
}

const en: Strings = {
  lang: 'en',
  tagline: 'A small flame against a long night',
  levels: {
    harbour: {
      name: 'Old Harbour',
      blurb: 'Light every lantern on the quay. Mind the water.',
      hint: 'Light every lantern, then reach the beacon',
    },
    rooftops: {
      name: 'Windy Rooftops',
      blurb: 'Chimneys lift you, alleys push back, kites swing.',
      hint: 'Ride the wind between the roofs',
    },
    garden: {
      name: 'Rain Garden',
      blurb: 'Lanterns adrift, heavy drops, restless frogs.',
      hint: 'Wait for the drop, then go',
    },
    foundry: {
      name: 'The Foundry',
      blurb: 'Turning arms and falling hammers. Read the rhythm.',
      hint: 'A dash slips through hot iron',
    },
    storm: {
      name: 'Storm Lighthouse',
      blurb: 'Climb. The sea is rising, and lightning looks for you.',
      hint: 'Climb! The sea is rising',
    },
    comet: {
      name: "The Comet's Road",
      blurb: 'Bonus night. Nothing hurts: chain the sky lanterns.',
      hint: 'Chain the sky lanterns, dodge cold clouds',
    },
  },
  play: 'Play',
  playAgain: 'Play again',
  unlock: (price) => `Open for ${price}`,
  free: 'Free',
  owned: 'Owned',
  minutesLeft: (minutes) => `${minutes} min`,
  minutesRemain: (minutes) => `${minutes} ${minutes === 1 ? 'minute' : 'minutes'} of play left`,
  best: (score) => `Best ${score}`,
  level: (number) => `Level ${number}`,
  bonus: 'Bonus',
  menuKeys: 'Choose with the arrows  ·  Enter to play  ·  M sound',
  paused: 'Paused',
  resume: 'Go on',
  retry: 'Try again',
  menu: 'Menu',
  next: 'Next level',
  complete: 'The night gives way',
  time: 'Time',
  embers: 'Embers',
  lanterns: 'Lanterns',
  hits: 'Hits',
  score: 'Score',
  newBest: 'New best',
  gameOver: 'The flame went out',
  causes: {
    moth: 'A moth got you. A dash burns them.',
    kite: 'A kite swept you away. Wait for the swing.',
    drip: 'One drop is a lot, for a flame.',
    frog: 'The frog jumped first.',
    arm: 'The arm came round. A dash slips through.',
    piston: 'The hammer fell. It rises slowly.',
    bolt: 'Lightning shimmers before it strikes.',
    cloud: 'A cold cloud.',
    water: 'Fire and water never got on.',
    cold: 'The wick ran out. Lanterns feed the flame.',
  },
  beaconOpen: 'To the beacon!',
  chain: (count) => `Chain ×${count}`,
  lifeBack: 'A life back',
  chilled: 'Chain cooled',
  flyHint: 'Arrows or WASD to fly  ·  Space to dash  ·  or follow the pointer, click to dash',
  starFinish: 'Reach the beacon',
  starEmbers: '7 embers in 10',
  starSwift: (seconds) => `Unhurt, or under ${seconds} s`,
  declined: 'No problem. Everything you have stays open.',
  failed: (reason) => `That did not go through: ${reason}`,
  pendingLine: 'Your payment is still being decided. The level opens as soon as it is.',
  timeUp: 'Your minutes are used up. Nice flying!',
  refunded: 'Your money is back, so this is closed again.',
  walletAway: 'Your wallet did not answer. Nothing was charged; start it and try again.',
  unopened: 'This night stays sealed: its key comes with your purchase, from your wallet. Start it and try again.',
  closed: 'This level is not to be had here right now. Levels 1 and 2 are free.',
  mute: 'Sound off',
  unmute: 'Sound on',
};

const fr: Strings = {
  lang: 'fr',
  tagline: 'Une petite flamme contre une longue nuit',
  levels: {
    harbour: {
      name: 'Le vieux port',
      blurb: 'Allume chaque lanterne du quai. Gare à l’eau.',
      hint: 'Allume toutes les lanternes, puis rejoins le fanal',
    },
    rooftops: {
      name: 'Toits au vent',
      blurb: 'Les cheminées portent, les ruelles repoussent.',
      hint: 'Laisse-toi porter entre les toits',
    },
    garden: {
      name: 'Jardin de pluie',
      blurb: 'Lanternes à la dérive, grosses gouttes, grenouilles.',
      hint: 'Attends la goutte, puis passe',
    },
    foundry: {
      name: 'La fonderie',
      blurb: 'Bras tournants, marteaux. Écoute le rythme.',
      hint: 'L’élan traverse le fer rouge',
    },
    storm: { name: 'Le phare', blurb: 'Grimpe. La mer monte, la foudre te cherche.', hint: 'Grimpe ! La mer monte' },
    comet: {
      name: 'La route de la comète',
      blurb: 'Nuit bonus. Rien ne blesse : enchaîne.',
      hint: 'Enchaîne les lanternes, évite les nuages froids',
    },
  },
  play: 'Jouer',
  playAgain: 'Rejouer',
  unlock: (price) => `Ouvrir pour ${price}`,
  free: 'Gratuit',
  owned: 'Acquis',
  minutesLeft: (minutes) => `${minutes} min`,
  minutesRemain: (minutes) => `${minutes} ${minutes < 2 ? 'minute' : 'minutes'} de jeu restantes`,
  best: (score) => `Record ${score}`,
  level: (number) => `Niveau ${number}`,
  bonus: 'Bonus',
  menuKeys: 'Flèches pour choisir  ·  Entrée pour jouer  ·  M son',
  paused: 'Pause',
  resume: 'Reprendre',
  retry: 'Réessayer',
  menu: 'Menu',
  next: 'Niveau suivant',
  complete: 'La nuit recule',
  time: 'Temps',
  embers: 'Braises',
  lanterns: 'Lanternes',
  hits: 'Coups',
  score: 'Score',
  newBest: 'Nouveau record',
  gameOver: 'La flamme s’est éteinte',
  causes: {
    moth: 'Un papillon t’a eue. L’élan les brûle.',
    kite: 'Emportée par un cerf-volant. Attends le balancement.',
    drip: 'Une goutte, c’est beaucoup pour une flamme.',
    frog: 'La grenouille a sauté la première.',
    arm: 'Le bras est passé. L’élan le traverse.',
    piston: 'Le marteau est tombé. Il remonte lentement.',
    bolt: 'La foudre scintille avant de frapper.',
    cloud: 'Un nuage froid.',
    water: 'Le feu et l’eau ne se sont jamais entendus.',
    cold: 'La mèche est consumée. Les lanternes nourrissent.',
  },
  beaconOpen: 'Au fanal !',
  chain: (count) => `Chaîne ×${count}`,
  lifeBack: 'Une vie de plus',
  chilled: 'Chaîne refroidie',
  flyHint: 'Flèches ou ZQSD pour voler  ·  Espace pour l’élan  ·  ou suis le pointeur, clic pour l’élan',
  starFinish: 'Rejoindre le fanal',
  starEmbers: '7 braises sur 10',
  starSwift: (seconds) => `Indemne, ou sous ${seconds} s`,
  declined: 'Pas de souci. Tout ce que tu as reste ouvert.',
  failed: (reason) => `Cela n’a pas abouti : ${reason}`,
  pendingLine: 'Le paiement est en cours de décision. Le niveau s’ouvrira aussitôt.',
  timeUp: 'Tes minutes sont écoulées. Joli vol !',
  refunded: 'Tu es remboursé : c’est de nouveau fermé.',
  walletAway: 'Le porte-monnaie ne répond pas. Rien n’a été débité : démarre-le et réessaie.',
  unopened: 'Cette nuit reste scellée : sa clé vient avec ton achat, du porte-monnaie. Démarre-le et réessaie.',
  closed: 'Ce niveau n’est pas disponible ici pour le moment. Les niveaux 1 et 2 sont gratuits.',
  mute: 'Couper le son',
  unmute: 'Remettre le son',
};

/** Picks the language: the one asked for if there is one, else the first of the browser's that exists, else English. */
export function chooseStrings(asked: string | null, browser: readonly string[]): Strings {
  for (const tag of [asked ?? '', ...browser]) {
    if (tag.toLowerCase().startsWith('fr')) return fr;
    if (tag.toLowerCase().startsWith('en')) return en;
  }
  return en;
}
