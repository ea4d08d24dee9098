/**
 * The live panel: boundaries as they pass with why or why not, what would happen at each now, sliders, time travel for that
 * preview, the tweaks as a patch, a recorder. Read from `openLivePanel` down.
 */
import type { ReachedBoundary } from '../core/types.ts';
import { patchText, type Facts, type PlacementsFile } from '../timing/index.ts';
import { boundaryView } from './boundary-view.ts';
import { button, classed, element } from './elements.ts';
import { watchLab, type Following, type LabNews } from './follow.ts';
import type { DesignerGame } from './game.ts';
import { startRecording, type Recorder } from './recorder.ts';
import type * as SliderModule from './sliders.ts';
import type { Sliders } from './sliders.ts';
import { STYLE } from './style.ts';
import { assumedState, hereAndNow, type Travel } from './travel.ts';
import { tweaked } from './tweaks.ts';
import { STANDINGS } from './words.ts';

/** Older boundaries than these go. */
const LOG_MAX = 40;
/** How often the outlook is made anew, because cooldowns pass. */
const OUTLOOK_MS = 1_000;

export interface PanelOptions {
  /** The rules that the game runs by now. */
  readonly file: PlacementsFile;
  /** Default: the page's body, at its right edge. */
  readonly container?: HTMLElement;
  /** The lab that recordings can be sent to; default: the one that the game follows, as soon as it does. */
  readonly lab?: Following;
  /** Called when the player of the panel closes it. */
  readonly onClose?: () => void;
}

export interface LivePanel {
  /** Begins a recording, as the button does. */
  record(): Promise<void>;
  close(): void;
}

/** Opens the panel. Tweakpane is loaded with it; focus and keys stay with the game. */
export async function openLivePanel(game: DesignerGame, options: PanelOptions): Promise<LivePanel> {
  let { file } = options;
  // A release that is kept, or a lab, may be sooner than the panel's chunk.
  const stop = game.events.on('timing', (event) => {
    if (event.kind === 'placements') ({ file } = event);
  });
  const [sliders] = await Promise.all([import('./sliders.ts'), game.ready]).finally(stop);
  return new Panel(game, { ...options, file }, sliders);
}

class Panel implements LivePanel {
  readonly #game: DesignerGame;
  readonly #options: PanelOptions;
  #lab: Following | undefined;
  /** As it came, from the game or the lab. */
  #base: PlacementsFile;
  #file: PlacementsFile;
  readonly #travel: Travel;
  /** Facts as each placement had them last. */
  readonly #facts = new Map<string, Facts>();
  readonly #root = element('section', 'panel');
  readonly #status = element('p', 'soft', 'The built-in rules. Nothing leaves this page.');
  readonly #travelling = element('p', 'travelling');
  readonly #outlook = element('ul', 'placements');
  readonly #log = element('ol', 'log');
  readonly #patch = element('pre');
  readonly #copied = element('span', 'soft');
  readonly #send = button('Send to the lab', () => this.#handOver());
  readonly #recordSaid = element('p', 'soft', 'Off. It holds no name, no address, no seed.');
  readonly #sliders: Sliders;
  readonly #undo: (() => void)[] = [];
  #recorder: Recorder | undefined;
  #recordView: (() => void) | undefined;
  #outlooks = 0;
  #isOwnChange = false;

  constructor(game: DesignerGame, options: PanelOptions, sliders: typeof SliderModule) {
    this.#game = game;
    this.#options = options;
    const { lab, container = document.body } = options;
    this.#base = this.#file = options.file;
    this.#travel = hereAndNow(game.timingState(), Date.now());
    const tweakBox = element('div');
    const travelBox = element('div');
    this.#build(tweakBox, travelBox);
    this.#sliders = sliders.campaignSliders(tweakBox, this.#file, (id, tweak, value) =>
      this.#use(tweaked(this.#file, id, tweak, value)),
    );
    this.#undo.push(
      () => this.#sliders.dispose(),
      sliders.travelSliders(travelBox, this.#travel, () => this.#look()),
      game.events.on('boundary', (reached) => this.#reached(reached)),
      game.events.on('timing', (event) => event.kind === 'placements' && this.#became(event.file)),
      game.events.on('entitlement', () => this.#look()),
      keepKeys(this.#root),
    );
    if (lab !== undefined) this.#follow(lab);
    else this.#undo.push(watchLab(game, (found) => this.#follow(found)));
    const timer = setInterval(() => this.#look(), OUTLOOK_MS);
    this.#undo.push(() => clearInterval(timer));
    container.append(this.#root);
    makeRoom();
    this.#look();
  }

  async record(): Promise<void> {
    this.#recorder?.stop();
    this.#recorder = await startRecording(this.#game, { file: this.#file });
    this.#recordView?.();
  }

  close(): void {
    for (const undo of this.#undo.splice(0)) undo();
    this.#recorder?.stop();
    this.#root.remove();
    makeRoom();
    this.#options.onClose?.();
  }

  // ---------------------------------------------------------------- what is on it

  #build(tweakBox: HTMLElement, travelBox: HTMLElement): void {
    this.#root.setAttribute('aria-label', 'Live panel');
    this.#status.setAttribute('role', 'status');
    this.#travelling.setAttribute('role', 'status');
    this.#travelling.hidden = true;
    const close = button('Close', () => this.close());
    const heading = element('header', '', element('h2', '', `Live panel · ${this.#file.game}`), close);
    this.#log.append(element('li', 'soft', 'None yet: finish a level, or whatever the placements name.'));
    this.#root.append(
      ...[element('style', '', STYLE), heading, this.#status, this.#travelling],
      ...[element('h3', '', 'What would happen here now'), this.#outlook],
      ...[element('h3', '', 'Boundaries as they pass'), this.#log],
      ...[element('h3', '', 'When each campaign may ask'), tweakBox],
      ...[element('h3', '', 'Changed, to paste into placements.yaml'), this.#patch, this.#patchRow()],
      ...[element('h3', '', 'Time travel: for the preview only'), travelBox],
      ...[element('h3', '', 'Recording'), this.#recordRow()],
    );
    this.#showPatch();
  }

  #patchRow(): HTMLElement {
    const said = this.#copied;
    said.setAttribute('role', 'status');
    const copy = button('Copy', () => {
      const write = navigator.clipboard?.writeText(this.#patch.textContent ?? '');
      const failed = (): void => void (said.textContent = 'Not allowed here: select the text and copy it.');
      if (write === undefined) failed();
      else write.then(() => (said.textContent = 'Copied.'), failed);
    });
    const back = button('Take back', () => {
      this.#use(this.#base);
      this.#sliders.show(this.#base);
    });
    return element('div', 'row', copy, back, said);
  }

  #recordRow(): HTMLElement {
    const said = this.#recordSaid;
    said.setAttribute('role', 'status');
    const send = this.#send;
    let isRunning = false;
    const toggle = button('Record', () => {
      if (!isRunning) return void this.record();
      this.#recorder?.stop();
      isRunning = false;
      view('Stopped.');
    });
    const download = button('Download', () => save(this.#recorder?.text() ?? '', `${this.#file.game}.jsonl`));
    send.hidden = true;
    const view = (text: string): void => {
      toggle.textContent = isRunning ? 'Stop' : 'Record';
      download.disabled = send.disabled = this.#recorder === undefined;
      said.textContent = text;
    };
    this.#recordView = () => {
      isRunning = true;
      view('Recording, in this page only.');
    };
    download.disabled = send.disabled = true;
    return element('div', '', element('div', 'row', toggle, download, send), said);
  }

  // ---------------------------------------------------------------- the lab

  #follow(lab: Following): void {
    this.#lab = lab;
    this.#send.hidden = false;
    this.#undo.push(lab.on((news) => this.#heard(news)));
    if (lab.last !== undefined) this.#heard(lab.last);
  }

  #handOver(): void {
    const say = (text: string): void => void (this.#recordSaid.textContent = text);
    const body = this.#recorder?.text() ?? '';
    fetch(`${this.#lab!.lab}/recordings`, { method: 'POST', body }).then(
      ({ ok, status }) => say(ok ? 'The lab has it.' : `The lab did not take it (${status}).`),
      () => say('The lab is not there.'),
    );
  }

  // ---------------------------------------------------------------- what happens

  /** Rules of the sliders. What the engine refuses is told, and the game keeps what it had. */
  #use(file: PlacementsFile): void {
    try {
      this.#isOwnChange = true;
      this.#game.usePlacements(file);
      this.#file = file;
    } catch (error) {
      this.#say(`Not taken: ${error instanceof Error ? error.message : String(error)}`, true);
    } finally {
      this.#isOwnChange = false;
    }
    this.#showPatch();
    this.#look();
  }

  /** Other rules, from the lab or from the game itself. */
  #became(file: PlacementsFile): void {
    if (this.#isOwnChange) return;
    this.#base = this.#file = file;
    this.#sliders.show(file);
    this.#showPatch();
    this.#look();
  }

  #heard(news: LabNews): void {
    const lab = new URL(this.#lab!.lab).host;
    if (news.kind === 'refused') this.#say(`The lab’s file was not taken, the last good one stays: ${news.why}`, true);
    else if (news.kind === 'lost') this.#say(`The lab at ${lab} is gone; it is tried again. The rules stay.`, true);
    else if (news.kind === 'taken') this.#say(`Follows the lab at ${lab}. Taken at ${clockText(Date.now())}.`);
    else this.#say(`Follows the lab at ${lab}.`);
  }

  #say(text: string, isBad = false): void {
    this.#status.textContent = text;
    this.#status.className = classed(isBad ? 'bad' : 'soft');
  }

  #reached({ placement, facts, decision, atMs }: ReachedBoundary): void {
    this.#facts.set(placement, facts);
    if (this.#log.firstElementChild?.classList.contains(classed('soft'))) this.#log.replaceChildren();
    this.#log.prepend(boundaryView(placement, decision, clockText(atMs)));
    while (this.#log.childElementCount > LOG_MAX) this.#log.lastElementChild!.remove();
    this.#look();
  }

  #showPatch(): void {
    const text = patchText(this.#base, this.#file) || '# nothing is changed';
    if (this.#patch.textContent === text) return;
    this.#patch.textContent = text;
    this.#copied.textContent = '';
  }

  #look(): void {
    void this.#lookNow().catch((error: unknown) => this.#say(String(error), true));
  }

  /** What each placement would do under the sliders, the clock and the journey. */
  async #lookNow(): Promise<void> {
    const mine = ++this.#outlooks;
    const assumed = assumedState(this.#game.timingState(), this.#travel, Date.now());
    const names = this.#file.placements.map(({ name }) => name);
    const decisions = await Promise.all(
      names.map((name) => this.#game.preview(name, this.#facts.get(name) ?? {}, assumed)),
    );
    if (mine !== this.#outlooks) return;
    const { isOn, day, declines, wallet } = this.#travel;
    const words = `Time travel: day ${day}, ${declines} ${declines === 1 ? 'decline' : 'declines'}, wallet ${wallet === 'as-is' ? 'as it is' : STANDINGS[wallet]}. Only the list below is of then; the game goes on as it is.`;
    if (this.#travelling.textContent !== words) this.#travelling.textContent = words;
    this.#travelling.hidden = !isOn;
    decisions.forEach((decision, i) => this.#showOutlook(i, names[i]!, decision));
    while (this.#outlook.childElementCount > names.length) this.#outlook.lastElementChild!.remove();
  }

  #showOutlook(i: number, name: string, decision: Parameters<typeof boundaryView>[1]): void {
    const old = this.#outlook.children[i];
    const details = old?.querySelector('details');
    const beside = this.#facts.has(name) ? '' : 'not passed yet';
    const next = boundaryView(name, decision, beside, details?.open ?? false);
    if (old === undefined) this.#outlook.append(next);
    else if (old.textContent !== next.textContent || old.className !== next.className) {
      const hadFocus = old.contains(document.activeElement);
      old.replaceWith(next);
      if (hadFocus) next.querySelector('summary')?.focus();
    }
  }
}

/**
 * Keys pressed in the panel stay in it, all others are the game's. What was pressed with a pointer gives the keys back at once;
 * Escape gives them back from anywhere.
 */
function keepKeys(root: HTMLElement): () => void {
  const keep = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (event.type === 'keydown' && event.key === 'Escape') giveBack();
  };
  const giveBack = (): void => {
    const active = document.activeElement;
    if (active instanceof HTMLElement && root.contains(active)) active.blur();
  };
  const released = (event: PointerEvent): void => {
    const isTyping = event.target instanceof Element && event.target.closest('input[type=text], select, pre') !== null;
    if (!isTyping) setTimeout(giveBack);
  };
  for (const name of ['keydown', 'keyup', 'keypress'] as const) root.addEventListener(name, keep);
  root.addEventListener('pointerup', released);
  return () => {
    for (const name of ['keydown', 'keyup', 'keypress'] as const) root.removeEventListener(name, keep);
    root.removeEventListener('pointerup', released);
  };
}

/** The page has another width now; games only notice with the window's. */
const makeRoom = (): void => void window.dispatchEvent(new Event('resize'));

const clockText = (atMs: number): string => new Date(atMs).toLocaleTimeString();

function save(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/jsonl' }));
  const link = element('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url));
}
