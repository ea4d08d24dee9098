/** What the lab tells, taken into the store; and what went wrong, said where it is read out. */
import type { PlacementsFile } from '@coinslot/plugin/timing';
import type { LabView } from '../view.ts';
import { LabFault } from './api.ts';
import type { Store } from './store.ts';

/** Takes a view unless a newer one is there. Rules that are as they were stay the same object: their replays are kept. */
export function takeView(store: Store, view: LabView): void {
  const old = store.view;
  store.isOffline = false;
  // A lab that was started anew counts from the beginning: its stream says so first, and is believed.
  if (old !== undefined && view.revision < old.revision && !store.isFresh) return;
  store.isFresh = false;
  const same = (one: PlacementsFile | null, other: PlacementsFile | null | undefined): boolean =>
    JSON.stringify(one) === JSON.stringify(other);
  const file = same(view.file, old?.file) ? (old?.file ?? null) : view.file;
  const disk = same(view.disk, file) ? file : same(view.disk, old?.disk) ? (old?.disk ?? null) : view.disk;
  const isOther = file !== old?.file || disk !== old?.disk;
  store.view = { ...view, file, disk };
  store.changed('view', ...(isOther ? (['rules'] as const) : []));
}

/** Says what went wrong in the page's status line. Throws whatever is no answer of the lab. */
export function tell(store: Store, fault: unknown): void {
  if (!(fault instanceof LabFault)) throw fault;
  store.notice = fault.message;
  store.changed('notice');
}
