/** The offers of a recorded session: from the boundary (or the player's wish) over the dialog to the answer. */
import type { Answer, RecordedLine, ShownCampaign } from './recording.ts';

/** One offer as it was recorded. Line numbers are indices into `Recording.lines`. */
export interface RecordedOffer {
  /** The boundary that it came from; `null` when the player asked for it. */
  readonly boundary: number | null;
  readonly show: ShownCampaign | null;
  readonly offer: string;
  readonly shown: Moment | null;
  readonly answered: (Moment & { readonly outcome: Answer }) | null;
}

export interface Moment {
  readonly line: number;
  /** Ms since the recording began. */
  readonly t: number;
}

/** Every offer of a recording, in the order in which they began. One is under way at a time, as in a game. */
export function offersOf(lines: readonly RecordedLine[]): readonly RecordedOffer[] {
  const offers: RecordedOffer[] = [];
  let open: RecordedOffer | undefined;
  const close = (): void => {
    if (open !== undefined) offers.push(open);
    open = undefined;
  };
  lines.forEach((line, i) => {
    if (line.kind === 'boundary' && line.show !== undefined) {
      close();
      open = { boundary: i, show: line.show, offer: line.show.offer, shown: null, answered: null };
    }
    if (line.kind !== 'shown' && line.kind !== 'answered') return;
    const asked = { boundary: null, show: null, offer: line.offer, shown: null, answered: null };
    if ((open?.show?.campaign ?? null) !== line.campaign || open?.offer !== line.offer) close();
    const begun: RecordedOffer = open ?? asked;
    if (line.kind === 'shown') open = { ...begun, shown: { line: i, t: line.t } };
    else {
      open = { ...begun, answered: { line: i, t: line.t, outcome: line.outcome } };
      close();
    }
  });
  close();
  return offers;
}
