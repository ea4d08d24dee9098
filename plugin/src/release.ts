/**
 * The chunk of releases, loaded by `import()` in games with a `placementsUrl`: fetches the rules that the publisher has released since
 * the build, verifies them, puts them in force and keeps them for starts without a network.
 *
 * A release says when is asked. What is sold, at which price, and what it opens stay as the game was built: offers must be in its own
 * price list, for the same targets, and the tables `offers` and `covers` of a release are not looked at. So whoever holds the host can
 * do no more than keep releases back.
 */
import type { Coinslot } from './core/coinslot.ts';
import { codeOf, errorText } from './core/errors.ts';
import type { Late } from './core/loading.ts';
import type { CorePorts, Store } from './core/ports.ts';
import { RELEASE, tablesOf, type KeptRelease } from './core/kept-release.ts';
import type { CoreOptions, PlacementsRefresh } from './core/types.ts';
import type { PlacementsFile } from './timing/index.ts';
import { shapedPlacements } from './timing/shape.ts';

/** One message; whatever is longer is not read to its end. */
const BYTES_MAX = 65_536;
const FETCH_MS_MAX = 10_000;

interface Parts {
  readonly core: Pick<Coinslot, 'usePlacements' | 'events'>;
  readonly options: CoreOptions;
  readonly ports: CorePorts;
  readonly late: () => Promise<Late>;
}

const turns = new WeakMap<Store, Promise<unknown>>();

/**
 * Fetches the release and takes it when it is newer. Never rejects. `again`: holds the one in force against what is known now, as
 * when a revocation has been learned.
 */
export function refreshRelease(
  core: Parts['core'],
  options: CoreOptions,
  ports: CorePorts,
  late: Parts['late'],
  again: boolean,
): Promise<PlacementsRefresh> {
  // One at a time: of two, the older must not be the last to be kept.
  const turn = (turns.get(ports.store) ?? Promise.resolve()).then(() => refresh({ core, options, ports, late }, again));
  turns.set(ports.store, turn);
  return turn;
}

async function refresh(parts: Parts, again: boolean): Promise<PlacementsRefresh> {
  try {
    const kept = await stillGood(parts, again);
    const fetched = await fetchOrSay(parts);
    if (!(fetched instanceof Uint8Array)) return fetched;
    if (kept !== undefined && sameBytes(kept.envelope, fetched)) return { status: 'current', number: kept.number };
    const late = await parts.late();
    const release = open(parts, late, fetched, parts.ports.clock.nowMs(), true);
    if (kept !== undefined && release.number <= kept.number && (again || (await stillGood(parts, true)) !== undefined))
      throw new late.ProtocolError(
        'ID_CONFLICT',
        `Placements.number: ${release.number}, and ${kept.number} is in force`,
      );
    await take(parts, late, release);
    return { status: 'taken', number: release.number };
  } catch (error) {
    if (error instanceof Error && error.name === 'NotLoadedError')
      return { status: 'unreached', detail: errorText(error) };
    tell(parts, error);
    const code = codeOf(error);
    return { status: 'refused', ...(code && { code }), detail: errorText(error) };
  }
}

const tell = ({ core }: Parts, error: unknown): void => core.events.emit('problem', { where: 'placements', error });

async function take(parts: Parts, { ProtocolError }: Late, release: Opened): Promise<void> {
  const { core, options, ports } = parts;
  try {
    core.usePlacements(release.file);
  } catch (cause) {
    throw new ProtocolError('BAD_ENCODING', `Placements.file: ${errorText(cause)}`);
  }
  const kept: KeptRelease = { ...release, of: tablesOf(options) };
  // In force all the same, and fetched again at the next start.
  await ports.store.put(RELEASE, RELEASE, kept).catch((error: unknown) => tell(parts, error));
}

/**
 * The release that is kept. It was verified when it was taken; when that was under another build, or `again`, it is verified once
 * more, as of its own time, and dropped with its number when it does not hold: the built-in rules are in force then.
 */
async function stillGood(parts: Parts, again: boolean): Promise<KeptRelease | undefined> {
  const { core, options, ports } = parts;
  const kept = (await ports.store.get(RELEASE, RELEASE)) as KeptRelease | undefined;
  if (!(kept?.envelope instanceof Uint8Array)) return undefined;
  const isOfBuild = kept.of === tablesOf(options);
  if (isOfBuild && !again) return kept;
  const late = await parts.late();
  try {
    const { timeMs } = late.decodePlacements(late.readEnvelope(kept.envelope).body);
    // Its time is the signer's word alone: one that was revoked since says nothing any more.
    const opened = open(parts, late, kept.envelope, Math.min(timeMs, ports.clock.nowMs()), false);
    if (!isOfBuild) await take(parts, late, opened);
    return { ...opened, of: kept.of };
  } catch (error) {
    await ports.store.delete(RELEASE, RELEASE);
    core.usePlacements(options.placements);
    tell(parts, error);
    return undefined;
  }
}

interface Opened {
  readonly number: number;
  readonly envelope: Uint8Array;
  /** With the tables of the build. */
  readonly file: PlacementsFile;
}

/** Throws ProtocolError with the first code that fails. */
function open(parts: Parts, late: Late, envelope: Uint8Array, atMs: number, isTimeProven: boolean): Opened {
  const { ProtocolError, verifier, openEnvelope, decodePlacements } = late;
  const { list, roots } = verifier.shipped;
  const { body, leaf } = openEnvelope(envelope, {
    ...{ type: 'placements', role: 'publisher' },
    ...{ roots, atMs, isTimeProven, crls: verifier.revocationLists() },
  });
  const { publisherId, gameId, number, file } = decodePlacements(body);
  if (publisherId !== list.publisherId || leaf.subject.id !== list.publisherId || gameId !== list.gameId)
    throw new ProtocolError('OFFER_ORIGIN', `Placements: of ${publisherId} for ${gameId}`);
  const read = readFile(file, late);
  if (read.game !== gameId) throw new ProtocolError('OFFER_ORIGIN', `Placements.file: of ${read.game}`);
  const { offers, covers } = parts.options.placements;
  const isSold = (offer: string): boolean =>
    verifier.sellable.some(({ offerId, target }) => offerId === offer && target === offers[offer]?.target);
  const unsold = read.campaigns.flatMap((one) => one.variants).find(({ offer }) => !isSold(offer));
  if (unsold !== undefined)
    throw new ProtocolError('OFFER_ORIGIN', `Placements.file: this game does not sell ${unsold.offer}`);
  return { number, envelope, file: { ...read, offers, covers } };
}

/** What the engine would trip over at a boundary is found here, where nobody plays yet. */
function readFile(bytes: Uint8Array, { ProtocolError }: Late): PlacementsFile {
  try {
    return shapedPlacements(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch (cause) {
    throw new ProtocolError('BAD_ENCODING', `Placements.file: ${errorText(cause)}`);
  }
}

/** The bytes that are there; `none` where the host has none (yet), `unreached` where it does not answer in time. */
async function fetchOrSay({ options, ports }: Parts): Promise<Uint8Array | PlacementsRefresh> {
  const { placementsUrl: url } = options;
  const { clock, fetchBytes } = ports;
  if (url === undefined) return { status: 'none' };
  const abort = new AbortController();
  let callOff = (): void => undefined;
  const tooLate = new Promise<never>((_, reject) => {
    callOff = clock.after(FETCH_MS_MAX, () => {
      reject(new Error('no answer in time'));
      abort.abort();
    });
  });
  try {
    const bytes = await Promise.race([fetchBytes?.(url) ?? fetchBounded(url, abort.signal), tooLate]);
    return bytes ?? { status: 'none' };
  } catch (error) {
    return { status: 'unreached', detail: errorText(error) };
  } finally {
    callOff();
  }
}

async function fetchBounded(url: string, signal: AbortSignal): Promise<Uint8Array | undefined> {
  const response = await fetch(url, { cache: 'no-cache', signal });
  if (response.status === 404 || response.status === 204) return undefined;
  if (!response.ok || response.body === null) throw new Error(`${url}: ${response.status}`);
  const bytes = new Uint8Array(BYTES_MAX + 1);
  let length = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return bytes.slice(0, length);
    const room = value.subarray(0, bytes.length - length);
    bytes.set(room, length);
    length += room.length;
    // One byte too many is enough to be refused by.
    if (length > BYTES_MAX) await reader.cancel();
  }
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);
