/**
 * Who may come in, decided from the request's head alone, before any upgrade and any frame. Every refusal looks the same
 * from outside: a stranger does not learn whether the name, the origin or the header was wrong.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { decodePairingHeader, LIMITS, openEnvelope, ProtocolError, requireLine } from '@coinslot/protocol';
import {
  isNativeOrigin,
  LINK_HEADER_PREFIX,
  LINK_PASS_PREFIX,
  LINK_PATH,
  LINK_SUBPROTOCOL,
  NATIVE_ORIGIN,
} from '@coinslot/protocol/link';
import { requireEnvironment, type Trust } from '../account/server-envelope.ts';
import type { PairingKey } from '../journal/state.ts';
import { WALLET_LIMITS } from '../limits.ts';
import type { NativePasses, PassKind } from './native-passes.ts';

/** What a stranger gets, whatever it did. */
const BARE_REFUSAL = 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';

/** Refuses, and lets go of the socket soon after: a peer that never closes its side would keep one of the few there are. */
export function refuseBarely(socket: Duplex): void {
  socket.end(BARE_REFUSAL);
  // What still comes is read and thrown away: a socket dropped with unread bytes may take the refusal with it.
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), WALLET_LIMITS.refusedSocketMs);
  timer.unref();
  socket.once('close', () => clearTimeout(timer));
}

/** A game that may talk to the wallet, as its publisher's signature names it. */
export interface Admitted extends PairingKey {
  readonly gameName: string;
  /** From the certificate. */
  readonly publisherName: string;
  readonly organization: string | undefined;
  readonly country: string | undefined;
  /** By what a game that is no web page came in; `undefined` for one whose origin its browser vouches for. */
  readonly pass: PassKind | undefined;
}

/** The only names by which the wallet answers. A page under any other name was sent here by its name server. */
export function hostsOf(port: number): readonly string[] {
  return [`127.0.0.1:${port}`, `localhost:${port}`];
}

/** Throws HOST_REFUSED unless there is exactly one Host and it is on the list, to the letter. */
export function requireHost(request: IncomingMessage, hosts: readonly string[]): string {
  const host = onlyHeader(request, 'host');
  if (host === undefined || !hosts.includes(host)) throw new ProtocolError('HOST_REFUSED', 'Host: not on the list');
  return host;
}

export interface DoorOptions {
  readonly hosts: readonly string[];
  readonly nowMs: number;
  readonly trust: Trust;
  readonly passes: Pick<NativePasses, 'admits'>;
}

/**
 * Admits the head of a link request: Host, path, Origin, and the pairing header in the subprotocols, which must be signed by
 * a trusted publisher, in force, and list exactly this Origin. Without an origin that tells pages apart the header must list
 * `NATIVE_ORIGIN` and a pass must come with it. Throws HOST_REFUSED, ORIGIN_REFUSED, or the code that the header fails with.
 */
export function admitGame(request: IncomingMessage, { hosts, nowMs, trust, passes }: DoorOptions): Admitted {
  requireHost(request, hosts);
  if (request.method !== 'GET' || request.url !== LINK_PATH) throw refused('not the way to the link');
  const sent = originOf(request);
  const origin = isNativeOrigin(sent) ? NATIVE_ORIGIN : sent;
  // No browser sends this name of its own accord; what does is no page, and has to come as such.
  if (origin === undefined || sent === NATIVE_ORIGIN) throw refused('Origin: not one that is sent');
  const { envelope, pass } = subprotocolsOf(request);
  if ((pass === undefined) === (origin === NATIVE_ORIGIN)) throw refused('Origin: none and no pass, or both');
  const { body, leaf, chain } = openEnvelope(envelope, {
    type: 'pairing-header',
    role: 'publisher',
    roots: trust.roots,
    atMs: nowMs,
    verify: trust.verify,
  });
  requireEnvironment(leaf, trust.environment);
  trust.learn(chain.slice(1));
  const header = decodePairingHeader(body);
  if (header.publisherId !== leaf.subject.id) throw refused('PairingHeader.publisherId: not the certificate’s');
  if (header.notAfterMs < nowMs || header.notBeforeMs > nowMs + LIMITS.clockSkewMsMax) {
    throw refused('PairingHeader: not in force');
  }
  if (!header.origins.includes(origin)) throw refused('Origin: not one of the game’s');
  const key: PairingKey = { origin, publisherId: header.publisherId, gameId: header.gameId };
  const kind = pass === undefined ? undefined : passes.admits(key, pass);
  if (pass !== undefined && kind === undefined) throw refused('pass: not one that admits this game');
  return {
    ...key,
    pass: kind,
    gameName: requireLine(header.gameName, 'PairingHeader.gameName'),
    publisherName: leaf.subject.commonName,
    organization: leaf.subject.organization,
    country: leaf.subject.country,
  };
}

/** The one Origin, or `undefined` for none. Throws ORIGIN_REFUSED for more than one. */
function originOf(request: IncomingMessage): string | undefined {
  const sent = headersOf(request, 'origin');
  if (sent.length > 1) throw refused('Origin: more than one');
  return sent[0];
}

function subprotocolsOf(request: IncomingMessage): { envelope: Uint8Array; pass: string | undefined } {
  const offered = onlyHeader(request, 'sec-websocket-protocol');
  if (offered === undefined || offered.length > WALLET_LIMITS.subprotocolCharactersMax)
    throw refused('no subprotocols');
  const names = offered.split(',').map((name) => name.trim());
  const header = names.find((name) => name.startsWith(LINK_HEADER_PREFIX));
  const pass = names.find((name) => name.startsWith(LINK_PASS_PREFIX));
  const expected = pass === undefined ? 2 : 3;
  if (names.length !== expected || !names.includes(LINK_SUBPROTOCOL) || header === undefined) {
    throw refused('Sec-WebSocket-Protocol: not those of the link');
  }
  const text = header.slice(LINK_HEADER_PREFIX.length);
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text) throw refused('Sec-WebSocket-Protocol: not base64url');
  return { envelope: new Uint8Array(bytes), pass: pass?.slice(LINK_PASS_PREFIX.length) };
}

/** The header's value when it is there exactly once; Node keeps one of two silently, so the raw list is asked. */
export function onlyHeader(request: IncomingMessage, name: string): string | undefined {
  const found = headersOf(request, name);
  return found.length === 1 ? found[0] : undefined;
}

function headersOf({ rawHeaders }: IncomingMessage, name: string): string[] {
  return rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === name);
}

function refused(why: string): ProtocolError {
  return new ProtocolError('ORIGIN_REFUSED', why);
}
