/**
 * Who may use the sandbox's pages: only a browser that shows them under their own name. Other pages must not flip switches
 * or pay in play money (cross-site requests), nor read along under a name of their own (DNS rebinding).
 */
import type { IncomingMessage } from 'node:http';

/** `host:port` in every spelling that the sandbox answers to. */
export function ownHosts(host: string, port: number): ReadonlySet<string> {
  return new Set([host, '127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${port}`));
}

export const isOwnHost = ({ headers }: IncomingMessage, hosts: ReadonlySet<string>): boolean =>
  hosts.has(headers.host ?? '');

/** Browsers send `Origin` with every POST; what sends none is no browser page, and has the operator's doors. */
export function isSameOrigin({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  return headers.origin === `http://${headers.host ?? ''}` && (site === undefined || site === 'same-origin');
}
