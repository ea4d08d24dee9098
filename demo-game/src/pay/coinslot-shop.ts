import type { CoinslotPlugin } from '@coinslot/plugin';
import { levelOf } from '../levels/index.ts';
import type { Shop } from '../shop.ts';
import type { LevelKey } from '../sim/types.ts';
import type { Strings } from '../strings.ts';
import { noticeFor, outcomeOf } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import { MINUTES_TARGET, TARGETS } from './targets.ts';

const MINUTE_MS = 60_000;

/** The shop of a game with the plugin. `plugin` is called late: Phaser makes it while the game boots. */
export function openCoinslotShop(options: {
  plugin: () => CoinslotPlugin;
  prices: ReadonlyMap<string, string>;
  covers: Readonly<Record<string, readonly string[]>>;
  text: Strings;
  /** The address of a file beside the price list. */
  urlOf: (file: string) => string;
  /** Called once, when Phaser has made the plugin and before anything has passed. */
  onMade: (plugin: CoinslotPlugin) => void;
}): Shop {
  const { plugin, prices, covers, text, urlOf, onMade } = options;
  const listeners = new Set<() => void>();
  let asked: LevelKey | null = null;
  let outcome: Outcome = { kind: 'none' };
  let minutesOver = false;
  /** The target whose payment was undone last, until the player has been told. */
  let refunded: string | undefined;
  let watching = false;
  /** A sealed level did not open, and the player has not been told. */
  let unopened = false;
  const tell = (): void => listeners.forEach((listener) => listener());
  const priceOf = (target: string): string => {
    const covering = Object.entries(covers).find(([, targets]) => targets.includes(target))?.[0];
    return prices.get(target) ?? prices.get(covering ?? '') ?? '';
  };

  const watch = ({ events }: CoinslotPlugin): void => {
    events.on('message', (message) => {
      outcome = outcomeOf(message) ?? outcome;
    });
    events.on('entitlement', ({ kind, entitlement }) => {
      minutesOver = kind === 'ended' && entitlement.target === MINUTES_TARGET;
      if (kind === 'refunded') refunded = entitlement.target;
      tell();
    });
    events.on('wallet', tell);
  };

  return {
    ready() {
      const coinslot = plugin();
      if (!watching) {
        watching = true;
        watch(coinslot);
        onMade(coinslot);
      }
      return coinslot.ready;
    },
    standing(key) {
      const target = TARGETS[key];
      if (target === undefined) return { kind: 'free' };
      const coinslot = plugin();
      if (!coinslot.can(target)) return { kind: 'price', price: priceOf(target) };
      const leftMs = coinslot.remainingMs(target);
      return leftMs === Infinity ? { kind: 'owned' } : { kind: 'minutes', minutes: Math.ceil(leftMs / MINUTE_MS) };
    },
    asking(key) {
      asked = key;
      outcome = { kind: 'none' };
    },
    isRefunded(key) {
      const target = TARGETS[key];
      if (target === undefined || refunded === undefined || plugin().can(target)) return false;
      return target === refunded || (covers[refunded]?.includes(target) ?? false);
    },
    async openContent(key, file) {
      const opened = await plugin().openSealed(TARGETS[key] ?? key, urlOf(file));
      unopened = opened.status !== 'opened';
      return opened.status === 'opened' ? opened.bytes : null;
    },
    playStarted: (key) => plugin().gameplayStart(TARGETS[key] ?? key),
    playStopped: () => plugin().gameplayStop(),
    lifeLost: () => plugin().lost(),
    async levelEnded(key) {
      await plugin().breakpoint('level-end', { level: levelOf(key).number });
    },
    takeNotice() {
      const target = asked === null ? undefined : TARGETS[asked];
      const refused = target !== undefined && !plugin().can(target);
      asked = null;
      if (refunded !== undefined) {
        refunded = undefined;
        return text.refunded;
      }
      if (unopened) {
        unopened = false;
        return text.unopened;
      }
      if (refused) return noticeFor(outcome, plugin().walletState, text);
      const over = minutesOver;
      minutesOver = false;
      return over ? text.timeUp : null;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
