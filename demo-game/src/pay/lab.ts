/**
 * A game that was opened with `?lab=<port>` follows the timing lab on this machine: other rules are in force as soon as the designer has
 * let go of them, and what is played is recorded and handed over: in parts, the last when the page is left.
 */
import { followLab, type LabNews } from '@coinslot/plugin/designer';
import type { CoinslotPlugin } from '@coinslot/plugin';
import type { PlacementsFile } from '@coinslot/plugin/timing';
import { recordParts } from './lab-parts.ts';

/** A visit shorter than this says nothing about timing. */
const WORTH_MS = 60_000;

/** `file`: the rules that the game began with. */
export async function joinLab(game: CoinslotPlugin, port: number, file: PlacementsFile): Promise<void> {
  const lab = `http://127.0.0.1:${port}`;
  const parts = await recordParts(game, {
    file,
    worthMs: WORTH_MS,
    nowMs: Date.now,
    // Kept alive: the page is gone before the answer. A lab that is closed by now has lost nothing of its own.
    handOver: (text, isLast) =>
      void fetch(`${lab}/recordings`, { method: 'POST', body: text, keepalive: isLast }).catch(() => undefined),
  });
  const note = showNote();
  followLab(game, lab, {
    onNews: (news) => {
      note.textContent = noteOf(news);
      if (news.kind === 'taken') parts.follow(news.file);
    },
  });
  addEventListener('pagehide', () => parts.end());
}

function noteOf(news: LabNews): string {
  if (news.kind === 'connected') return 'Follows the timing lab';
  if (news.kind === 'lost') return 'The timing lab does not answer; the rules stay';
  if (news.kind === 'refused') return `The timing lab sent rules that cannot be: ${news.why}`;
  return `Rules of ${new Date().toLocaleTimeString()} from the timing lab`;
}

/** A line of the page's head, over nothing else, that says whose rules are in force. */
function showNote(): HTMLElement {
  const note = document.createElement('output');
  note.id = 'lab-note';
  const head = document.querySelector('header')!;
  head.querySelector('.tools')!.before(note);
  // A line more moves the stage; Phaser only notices with the window's size.
  new ResizeObserver(() => dispatchEvent(new Event('resize'))).observe(head);
  return note;
}
