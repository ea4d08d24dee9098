import type { CoinslotPlugin, PlacementsFile } from '@coinslot/plugin';
import type { LivePanel } from '@coinslot/plugin/designer';
import type { Params } from './params.ts';

/** Opens and closes the live panel. */
const PANEL_KEY = 'F9';

/**
 * The designer's live panel: F9, `?panel`, or `?record`, which records from the start. The tools are a chunk of their own, fetched
 * when they are asked for; a game for players leaves this out.
 */
export function offerLivePanel(coinslot: CoinslotPlugin, placements: PlacementsFile, params: Params): void {
  let file = placements;
  let panel: Promise<LivePanel> | undefined;
  coinslot.events.on('timing', (event) => {
    if (event.kind === 'placements') file = event.file;
  });
  const open = async (): Promise<LivePanel> => {
    const { openLivePanel } = await import('@coinslot/plugin/designer');
    return openLivePanel(coinslot, { file, onClose: () => (panel = undefined) });
  };
  const toggle = async (): Promise<void> => {
    const opened = panel;
    panel ??= open();
    (await opened)?.close();
  };
  const begin = async (): Promise<void> => {
    if (params.panel || params.record) panel = open();
    if (params.record) await (await panel)?.record();
  };
  // Before the dialog and the game, which keep keys to themselves.
  window.addEventListener(
    'keydown',
    (event) => {
      if (event.code !== PANEL_KEY || event.repeat) return;
      event.preventDefault();
      void toggle();
    },
    true,
  );
  void begin();
}
