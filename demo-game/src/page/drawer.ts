import type { CoinslotEvents, EntitlementChange, LinkState, PassedMessage } from '@coinslot/plugin';
import type { Strings } from '../strings.ts';
import { byId } from './elements.ts';

/** The part of the plugin's events that the drawer listens to. */
export interface EventSource {
  on<K extends keyof CoinslotEvents>(name: K, listener: (value: CoinslotEvents[K]) => void): unknown;
}

/** The drawer under the hood: every message as it passes, decoded, with what was verified. */
export interface Drawer {
  /** Starts listening. Messages are kept while the drawer is closed. */
  watch(events: EventSource): void;
}

/** Older entries than these go. */
const ENTRIES_MAX = 60;

const WORDS = {
  en: {
    title: 'Under the hood',
    lead: 'Every message between game and wallet, as it passes.',
    empty: 'Nothing yet. Choose a locked level: the offer, the answer and the signed decision will be listed here.',
    none: 'Without the shop’s files there is nothing to list: levels 1 and 2 are free.',
    console: 'Sandbox console',
    consoleHint: 'Failures are switched on there',
    wallet: 'Wallet',
    walletHint: 'Opens in a browser that has used the wallet’s own address; Enter in the terminal prints a new one',
    link: 'Link',
    unverified: 'not a signed message',
    checkedThere: 'signed by the publisher · the wallet verifies it',
    steps: {
      encoding: 'encoding',
      chain: 'certificates',
      signature: 'signature',
      match: 'matches the offer',
      time: 'time',
    },
    names: {
      hello: 'The wallet greets',
      prove: 'The game proves its pairing',
      welcome: 'The wallet proves itself',
      paired: 'Paired',
      offer: 'Message 1 · the signed offer',
      show: 'What is to be shown',
      answer: 'The player’s answer',
      progress: 'Under way',
      decision: 'Message 3 · the signed decision',
      refusal: 'Refused by the wallet',
      declined: 'The signed no',
      happened: 'A life was lost',
      entitled: 'Something to hand over',
      restore: 'Asks for what was bought',
      restored: 'Handed over again',
      status: 'Asks how it went',
      consumed: 'Play time used',
      refund: 'A refund',
      payments: 'Payments switched',
      cancel: 'Left the dialog',
    },
    granted: 'Opened',
    ended: 'Used up',
    refunded: 'Refunded',
    restored: 'Restored',
  },
  fr: {
    title: 'Sous le capot',
    lead: 'Chaque message entre jeu et porte-monnaie, au passage.',
    empty: 'Rien encore. Choisis un niveau fermé : l’offre, la réponse et la décision signée s’afficheront ici.',
    none: 'Sans les fichiers de la boutique, rien à montrer : les niveaux 1 et 2 sont gratuits.',
    console: 'Console du bac à sable',
    consoleHint: 'Les pannes s’y déclenchent',
    wallet: 'Porte-monnaie',
    walletHint:
      'S’ouvre dans un navigateur qui a déjà suivi l’adresse du porte-monnaie ; Entrée dans le terminal en affiche une nouvelle',
    link: 'Lien',
    unverified: 'message non signé',
    checkedThere: 'signé par l’éditeur · vérifié par le porte-monnaie',
    steps: {
      encoding: 'encodage',
      chain: 'certificats',
      signature: 'signature',
      match: 'correspond à l’offre',
      time: 'heure',
    },
    names: {
      hello: 'Le porte-monnaie salue',
      prove: 'Le jeu prouve son appariement',
      welcome: 'Le porte-monnaie se prouve',
      paired: 'Appariés',
      offer: 'Message 1 · l’offre signée',
      show: 'Ce qui doit être montré',
      answer: 'La réponse du joueur',
      progress: 'En cours',
      decision: 'Message 3 · la décision signée',
      refusal: 'Refusé par le porte-monnaie',
      declined: 'Le non signé',
      happened: 'Une vie perdue',
      entitled: 'Quelque chose à remettre',
      restore: 'Redemande les achats',
      restored: 'Remis à nouveau',
      status: 'Demande où cela en est',
      consumed: 'Temps de jeu consommé',
      refund: 'Un remboursement',
      payments: 'Paiements commutés',
      cancel: 'Dialogue quitté',
    },
    granted: 'Ouvert',
    ended: 'Épuisé',
    refunded: 'Remboursé',
    restored: 'Restauré',
  },
} as const satisfies Record<Strings['lang'], object>;

type Words = (typeof WORDS)[Strings['lang']];

/** Makes the drawer, its button and F2. `onToggle` runs when the page's layout has changed. */
export function makeDrawer(
  lang: Strings['lang'],
  links: { consoleUrl?: string | undefined; walletUrl?: string | undefined },
  onToggle: () => void,
): Drawer {
  const words: Words = WORDS[lang];
  const drawer = byId('drawer');
  const button = byId('drawer-button');
  const list = byId('messages');
  byId('drawer-title').textContent = words.title;
  byId('drawer-lead').textContent = words.lead;
  byId('drawer-empty').textContent = links.walletUrl ? words.empty : words.none;
  button.querySelector('span')!.textContent = words.title;
  setLink('console-link', links.consoleUrl, words.console);
  byId('console-link').title = words.consoleHint;
  setLink('wallet-link', links.walletUrl, words.wallet);
  byId('wallet-link').title = words.walletHint;
  const toggle = (): void => {
    drawer.hidden = !drawer.hidden;
    button.setAttribute('aria-expanded', String(!drawer.hidden));
    document.body.classList.toggle('with-drawer', !drawer.hidden);
    onToggle();
  };
  button.addEventListener('click', toggle);
  // Before the dialog, which keeps keys to itself while it is open.
  window.addEventListener(
    'keydown',
    (event) => {
      if (event.code !== 'F2' || event.repeat) return;
      event.preventDefault();
      toggle();
    },
    true,
  );
  const add = (entry: HTMLElement): void => {
    byId('drawer-empty').hidden = true;
    list.prepend(entry);
    while (list.children.length > ENTRIES_MAX) list.lastElementChild!.remove();
  };
  return {
    watch(events) {
      // The decoders come with the first message; entries keep the order in which messages passed.
      let queue = Promise.resolve();
      events.on('message', (message) => {
        queue = queue.then(async () => add(await messageEntry(message, words, lang)));
      });
      events.on('entitlement', (change) => {
        queue = queue.then(() => add(changeEntry(change, words)));
      });
      events.on('problem', ({ where, error }) => {
        queue = queue.then(() => add(problemEntry(where, error)));
      });
      events.on('wallet', (state: LinkState) => {
        byId('link-state').textContent = `${words.link}: ${state}`;
        byId('link-state').dataset['state'] = state;
      });
    },
  };
}

function setLink(id: string, url: string | undefined, words: string): void {
  const link = byId(id) as HTMLAnchorElement;
  link.hidden = url === undefined;
  link.textContent = words;
  if (url !== undefined) link.href = url;
}

async function messageEntry(message: PassedMessage, words: Words, lang: string): Promise<HTMLElement> {
  const { describe } = await import('./describe.ts');
  const fields = describe(message);
  const entry = element('li', 'message');
  entry.dataset['name'] = message.name;
  entry.dataset['direction'] = message.direction;
  const details = element('details');
  const summary = element('summary');
  const way = element('span', 'way', message.direction === 'game→wallet' ? '→' : '←');
  way.title = message.direction;
  const name = words.names[message.name as keyof Words['names']] ?? message.name;
  const [first] = fields;
  summary.append(
    way,
    element('span', 'name', name),
    element('span', 'first', first ? first[1] : ''),
    element('time', 'when', new Date(message.atMs).toLocaleTimeString(lang)),
  );
  details.append(
    summary,
    checkList(message, words),
    fieldList(fields),
    element('p', 'size', `${message.bytes.length} B`),
  );
  details.open = message.name === 'decision' || message.name === 'offer';
  entry.append(details);
  return entry;
}

function checkList({ checks, name }: PassedMessage, words: Words): HTMLElement {
  const list = element('ul', 'checks');
  if (checks.length === 0) list.append(element('li', 'none', name === 'offer' ? words.checkedThere : words.unverified));
  for (const check of checks) {
    const step = words.steps[check.name as keyof Words['steps']] ?? check.name;
    const item = element(
      'li',
      check.ok ? 'ok' : 'bad',
      `${check.ok ? '✓' : '✗'} ${step}${check.code ? ` · ${check.code}` : ''}`,
    );
    list.append(item);
  }
  return list;
}

function fieldList(fields: readonly (readonly [string, string])[]): HTMLElement {
  const list = element('dl');
  for (const [name, value] of fields) list.append(element('dt', '', name), element('dd', '', value));
  return list;
}

function changeEntry({ kind, entitlement }: EntitlementChange, words: Words): HTMLElement {
  const entry = element('li', `change ${kind}`);
  entry.dataset['name'] = `entitlement-${kind}`;
  entry.append(
    element(
      'strong',
      '',
      `${kind === 'granted' || kind === 'restored' ? '✓' : '•'} ${words[kind]}: ${entitlement.target}`,
    ),
  );
  return entry;
}

function problemEntry(where: string, error: unknown): HTMLElement {
  const entry = element('li', 'change problem');
  entry.dataset['name'] = 'problem';
  entry.append(element('strong', '', `✗ ${where}: ${error instanceof Error ? error.message : String(error)}`));
  return entry;
}

function element<K extends keyof HTMLElementTagNameMap>(tag: K, className = '', text = ''): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className) made.className = className;
  // Always as text: names and titles come from elsewhere.
  made.textContent = text;
  return made;
}
