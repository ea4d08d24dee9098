/**
 * Joins the parties on one machine: sandbox payment server, wallet, and the demo game with what its publisher signed. The
 * one place that knows all rooms; `npm start`, the browser tests and the benchmarks all stand on it.
 */
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALG } from '@coinslot/protocol';
import { handOverEscrows, studioFiles } from '@coinslot/publisher';
import { prepareSandbox, startSandbox, type RunningSandbox } from '@coinslot/server-mock';
import type { Log } from '@coinslot/server';
import {
  createProfile,
  openProfile,
  startWallet,
  type Profile,
  type ProfileSetup,
  type Wallet,
  type WalletOptions,
} from '@coinslot/wallet';
import { DESK_CARD_PIN, DESK_READER, openCardDesk, type CardDesk } from './card-desk.ts';
import { buildGame, hostGame, type GameHost } from './game-host.ts';
import { requireHome } from './home.ts';
import { signDemoGame } from './studio.ts';

export interface TownOptions {
  /** Folder of this repository. */
  root: string;
  /** Everything durable lives here; a second start on it goes on where the first stopped. */
  home: string;
  ports: { wallet: number; sandbox: number; game: number };
  clock: () => number;
  random: (length: number) => Uint8Array;
  log: Log;
  /** `sample`: a wallet that is set up, paired with the demo game and topped up. `new`: an empty one. */
  player: 'sample' | 'new';
  /** The sample wallet's PIN. */
  pin: string;
  /** The sample wallet's limits, in place of the presets. */
  limits?: ProfileSetup['limits'];
  /** How soon the game may ask the sample player again, and whose law holds, in place of the presets. */
  rules?: Pick<ProfileSetup, 'fairness' | 'region'>;
  /** Folder whose `coinslot/` holds `offers.yaml` and `placements.yaml` of the demo game; default: the game's own. */
  content?: string;
  /** Port of a timing lab that the game may follow. */
  labPort?: number;
  /** Called before something that takes a while. */
  onStep?: (step: string) => void;
  /** A line for the terminal, when a press has paid. */
  announce?: (line: string) => void;
  /** Further options of the wallet, for tests. */
  wallet?: Partial<WalletOptions>;
}

/** Everybody but the game. */
export interface Parties {
  readonly sandbox: RunningSandbox;
  readonly wallet: Wallet;
  /** Price list, placements and roots, as the game ships with them. */
  readonly gameFolder: string;
  /** The demo publisher's key and certificate. */
  readonly publisherFolder: string;
  /** The virtual card and its reader. */
  readonly cards: CardDesk;
  close(): Promise<void>;
}

export interface Town extends Parties {
  readonly game: GameHost;
}

/** First balance of the sample player, in minor units of EUR. */
const SAMPLE_TOP_UP_MINOR = 1_000n;
/** First balance of the sample player's card. */
const SAMPLE_CARD_MINOR = 200n;
export const GAME_ID = 'demo-game';
export const PUBLISHER_ID = 'lumen-works';

/** Opens the whole town; what was opened before a failure is closed again. */
export async function openTown(options: TownOptions): Promise<Town> {
  const { root, ports, onStep = () => undefined } = options;
  const parties = await openParties(options);
  try {
    const built = await buildGame(root, () => onStep('Building the demo game (once, and after changes) ...'));
    const { gameFolder, publisherFolder, wallet } = parties;
    // As it is now: what plays for an hour must not miss a part when the game is built anew meanwhile.
    const site = join(options.home, 'site');
    rmSync(site, { recursive: true, force: true });
    cpSync(built, site, { recursive: true });
    const game = await hostGame({
      root,
      site,
      gameFolder,
      studioFolder: publisherFolder,
      port: ports.game,
      walletPort: wallet.port,
      labPort: options.labPort,
    });
    const close = async (): Promise<void> => {
      await game.close();
      await parties.close();
    };
    return { ...parties, game, close };
  } catch (cause) {
    await parties.close();
    throw cause;
  }
}

/** Opens sandbox and wallet, and signs what the game ships with. A port of 0 takes a free one. */
export async function openParties(options: TownOptions): Promise<Parties> {
  const { root, home, ports, clock, random, log } = options;
  requireHome(home);
  const grounds = prepareSandbox({ home, clock, random });
  const gameFolder = join(home, 'game');
  const publisherFolder = join(home, 'publisher');
  signDemoGame({
    folder: publisherFolder,
    gameFolder,
    demoGame: options.content ?? join(root, 'demo-game'),
    gamePort: ports.game,
    encryptionKeys: {
      'payment-server.encryption-key': grounds.encryptionKey(clock()),
      'cards-ed25519.encryption-key': grounds.cardsEncryptionKey(ALG.ed25519, clock()),
      'cards-p256.encryption-key': grounds.cardsEncryptionKey(ALG.p256, clock()),
    },
    rootsFile: grounds.rootsFile,
    certify: (request) => grounds.certifyPublisher(request),
    nowMs: clock(),
    random,
  });
  const cards = openCardDesk(join(home, 'cards'));
  const sandbox = await startSandbox({ home, port: ports.sandbox, clock, random, log, cards });
  try {
    // Without these the server refuses what is sealed, before it charges anything.
    const studio = studioFiles(publisherFolder);
    await handOverEscrows({ files: studio, serverUrl: sandbox.url, nowMs: clock(), fetch });
    const wallet = await openWallet(options, sandbox, cards, grounds.roots);
    // As of the build, as a released game has them; newer ones come from the wallet.
    writeFileSync(join(gameFolder, 'crls.coinslot'), await revocationLists(sandbox.url));
    const settings = { walletPort: wallet.port, consoleUrl: sandbox.url, sandbox: true };
    writeFileSync(join(gameFolder, 'settings.json'), JSON.stringify(settings));
    const close = async (): Promise<void> => {
      await wallet.close();
      await sandbox.close();
    };
    return { sandbox, wallet, gameFolder, publisherFolder, cards, close };
  } catch (cause) {
    await sandbox.close();
    throw cause;
  }
}

async function revocationLists(serverUrl: string): Promise<Uint8Array> {
  const answer = await fetch(new URL('/v1/crls', serverUrl));
  if (!answer.ok) throw new Error(`${answer.url}: ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

async function openWallet(
  options: TownOptions,
  sandbox: RunningSandbox,
  cards: CardDesk,
  roots: readonly Uint8Array[],
): Promise<Wallet> {
  const { home, ports, clock, random, pin, player, limits, rules, announce } = options;
  const path = join(home, 'wallet');
  const isNew = !existsSync(join(path, 'vault.json'));
  mkdirSync(home, { recursive: true });
  const own = { ...(limits && { limits }), ...rules };
  const setup: ProfileSetup = { pin, language: 'en', currency: 'EUR', plan: 'prepaid', ...own };
  const profile: Profile =
    isNew && player === 'sample'
      ? await createProfile({ path, clock, random, ...setup })
      : openProfile({ path, clock, random });
  const origins = [`http://127.0.0.1:${ports.game}`, `http://localhost:${ports.game}`];
  const wallet = await startWallet({
    profile,
    port: ports.wallet,
    serverUrl: sandbox.url,
    roots,
    environment: 'sandbox',
    readers: cards.readers,
    log: options.log,
    ...(player === 'sample' && { autoPair: [{ gameId: GAME_ID, publisherId: PUBLISHER_ID, origins }] }),
    ...(announce && { announce }),
    ...options.wallet,
  });
  try {
    if (player === 'sample') {
      await furnish(wallet, sandbox, pin);
      await furnishCard(wallet, sandbox, cards, pin);
    }
  } catch (cause) {
    await wallet.close();
    throw cause;
  }
  return wallet;
}

/** The sample player's account: opened and topped up through the same doors as anybody's; a second time changes nothing. */
async function furnish(wallet: Wallet, sandbox: RunningSandbox, pin: string): Promise<void> {
  await wallet.unlock(pin);
  await wallet.openAccount();
  const bankReference = `sample-${Buffer.from(wallet.userId).toString('hex')}`;
  await sandbox.topUp({ userId: wallet.userId, amountMinor: SAMPLE_TOP_UP_MINOR, currency: 'EUR', bankReference });
  await wallet.refresh();
}

/** The sample player's card: personalised by the player's own server and recharged, as on the wallet's page; once. */
async function furnishCard(wallet: Wallet, sandbox: RunningSandbox, cards: CardDesk, pin: string): Promise<void> {
  const [card] = await cards.list();
  if (card === undefined) return;
  await cards.insert(card.id);
  await wallet.cards.readAgain();
  if (wallet.cards.list().find(({ reader }) => reader === DESK_READER)?.status !== 'blank') return;
  const idHex = await wallet.cards.issueCard({ reader: DESK_READER, pin, cardPin: DESK_CARD_PIN });
  const bankReference = `sample-card-${Buffer.from(wallet.userId).toString('hex')}`;
  const amountMinor = SAMPLE_CARD_MINOR;
  await sandbox.topUp({ userId: wallet.userId, amountMinor, currency: 'EUR', bankReference });
  const [purse] = wallet.cards.list().find((one) => one.idHex === idHex)?.purses ?? [];
  if (purse !== undefined) await wallet.cards.recharge(idHex, purse.purse, amountMinor, pin);
  await wallet.refresh();
}
