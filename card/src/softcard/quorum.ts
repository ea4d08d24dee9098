/**
 * Which state the fragments and the anchors agree on. Pure: fragments and marks in, one epoch or a CardStoreError out.
 *
 * Two quorums always share a place, since a quorum is more than half of the places. An anchor is written after the
 * fragments, so in good order it names the newest epoch or, after a crash just then, the one before.
 */
import { CardStoreError } from '../ports.ts';
import type { Mark } from './anchor.ts';
import type { Fragment } from './fragment.ts';
import type { PlaceReading } from './places.ts';

export interface Choice {
  /** As many fragments of one epoch as its quorum, or more, each index once. */
  readonly fragments: readonly [Fragment, ...Fragment[]];
  /** Both anchors name it: its commit had ended. */
  readonly isAnchored: boolean;
  /** Every place holds its own fragment of it. */
  readonly isEverywhere: boolean;
}

/**
 * The newest epoch that has a quorum and that the anchors bear out. Throws `damaged` when none has a quorum or the newest one
 * has lost it, `fork` when the anchors know of a state that the fragments do not, or when too few of both are left to tell.
 */
export function chooseEpoch(
  readings: readonly PlaceReading[],
  marks: readonly (Mark | undefined)[],
  quorum: number,
): Choice {
  const candidates = quorums(readings, quorum);
  const chosen = candidates.find(([fragment]) => isBorneOut(fragment, marks, readings));
  if (chosen === undefined) throw refusal(readings, marks, quorum, candidates);
  const isAnchored = marks.every((mark) => mark !== undefined && names(mark, chosen[0]));
  return { fragments: chosen, isAnchored, isEverywhere: isHeldEverywhere(readings, chosen[0]) };
}

function isHeldEverywhere(readings: readonly PlaceReading[], fragment: Fragment): boolean {
  return readings.every((_, place) => held(readings, place, fragment) !== undefined);
}

/** Whether a whole state lies in the places that is not this one and does not come before it: somebody else has committed. */
export function isOvertaken(mark: Mark, readings: readonly PlaceReading[], quorum: number): boolean {
  return quorums(readings, quorum).some(([one]) => one.epoch >= mark.epoch && !names(mark, one));
}

/** A place's own fragment of an epoch. */
export function held(readings: readonly PlaceReading[], place: number, of: Fragment): Fragment | undefined {
  return readings[place]?.fragments.find((fragment) => fragment.index === place && equal(fragment.digest, of.digest));
}

/** Groups of fragments of one epoch that reach the quorum, newest first. */
function quorums(readings: readonly PlaceReading[], quorum: number): [Fragment, ...Fragment[]][] {
  const groups = new Map<string, Map<number, Fragment>>();
  for (const fragment of readings.flatMap((reading) => reading.fragments)) {
    if (fragment.places !== readings.length || fragment.quorum !== quorum) continue;
    const name = Buffer.from(fragment.digest).toString('hex');
    // A fragment copied into a second place is still one fragment.
    groups.set(name, (groups.get(name) ?? new Map<number, Fragment>()).set(fragment.index, fragment));
  }
  const whole = [...groups.values()].filter((group) => group.size >= quorum);
  return whole.map((group) => [...group.values()] as [Fragment, ...Fragment[]]).sort(([a], [b]) => b.epoch - a.epoch);
}

/**
 * Each anchor names this epoch or the one before it. One may be lost, but only while every place holds the epoch: an anchor and
 * a place gone together are what is left when an older profile is put back and all that lies outside it is deleted.
 */
function isBorneOut(
  fragment: Fragment,
  marks: readonly (Mark | undefined)[],
  readings: readonly PlaceReading[],
): boolean {
  const kept = marks.filter((mark) => mark !== undefined);
  const isEnough = kept.length === marks.length || (kept.length > 0 && isHeldEverywhere(readings, fragment));
  return isEnough && kept.every((mark) => names(mark, fragment) || namesBefore(mark, fragment));
}

export function names(mark: Mark, fragment: Fragment): boolean {
  return mark.epoch === fragment.epoch && equal(mark.digest, fragment.digest);
}

function namesBefore(mark: Mark, fragment: Fragment): boolean {
  return mark.epoch === fragment.epoch - 1 && equal(mark.digest, fragment.previous);
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.from(a).equals(b);
}

function refusal(
  readings: readonly PlaceReading[],
  marks: readonly (Mark | undefined)[],
  quorum: number,
  candidates: readonly (readonly [Fragment, ...Fragment[]])[],
): CardStoreError {
  const places = readings.map((reading) => `${reading.folder}: ${tell(reading)}`).join('; ');
  if (candidates.length === 0 || hasLostNewest(readings, marks, candidates)) {
    if (marks.every((mark) => mark === undefined) && readings.every((reading) => reading.troubles[0] === 'missing'))
      return new CardStoreError('damaged', `no software card is here, or all of it is gone (${places})`);
    const why = `${quorum} of ${readings.length} fragments of the newest state are needed and fewer are there`;
    return new CardStoreError('damaged', `${why} (${places})`);
  }
  return new CardStoreError('fork', whyFork(marks));
}

function whyFork(marks: readonly (Mark | undefined)[]): string {
  const kept = marks.filter((mark) => mark !== undefined).length;
  if (kept === 0) return 'both anchors of the software card are gone: nobody can say whether its files are the newest';
  if (kept < marks.length)
    return 'an anchor of the software card is gone, and the other does not know its files or a place of them is gone too';
  return 'the files of the software card are an older or another copy: an anchor knows of a state that they do not';
}

/** The places hold the epoch just before the newest and too little of the newest itself: lost, rather than put back. */
function hasLostNewest(
  readings: readonly PlaceReading[],
  marks: readonly (Mark | undefined)[],
  candidates: readonly (readonly [Fragment, ...Fragment[]])[],
): boolean {
  const fragments = readings.flatMap((reading) => reading.fragments);
  const kept = marks.filter((mark) => mark !== undefined);
  const newest = fragments.find((fragment) => kept.some((mark) => names(mark, fragment)));
  const left = candidates[0]?.[0];
  if (newest === undefined || left === undefined) return false;
  return equal(left.digest, newest.previous) && kept.every((mark) => names(mark, newest));
}

function tell(reading: PlaceReading): string {
  if (reading.troubles[0] === 'exposed') return 'open to others, see chmod go=';
  return reading.troubles[0] ?? 'older, or of another card';
}
