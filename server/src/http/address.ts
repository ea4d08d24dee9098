/** Whose request it is, as far as addresses tell: the peer's, or through proxies that are trusted the one they were asked from. */
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { ConfigError } from '../config.ts';

/** `10.0.0.7` or `10.0.0.0/8`, IPv6 as well. Throws ConfigError for anything else. */
export function trustedProxies(entries: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = '', prefix, ...more] = entry.split('/');
    const family = isIP(address);
    const bits = prefix === undefined ? undefined : /^\d{1,3}$/.test(prefix) ? Number(prefix) : NaN;
    if (family === 0 || more.length > 0 || (bits !== undefined && !(bits <= (family === 4 ? 32 : 128))))
      throw new ConfigError(`trustedProxies: ${entry} is no address and no network`);
    if (bits === undefined) list.addAddress(address, typeOf(address));
    else list.addSubnet(address, bits, typeOf(address));
  }
  return list;
}

const typeOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

/**
 * From the right, since a peer can write into `X-Forwarded-For` whatever it likes to the left of what a trusted proxy added:
 * the first address that is not a trusted proxy's. An entry that is no address ends the walk.
 */
export function addressOf({ socket, headers }: IncomingMessage, proxies: BlockList): string {
  let address = plain(socket.remoteAddress ?? '');
  const forwarded = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',');
  while (isIP(address) !== 0 && proxies.check(address, typeOf(address))) {
    const next = plain((forwarded.pop() ?? '').trim());
    if (isIP(next) === 0) break;
    address = next;
  }
  return address;
}

/** An IPv4 address in an IPv6 socket is the IPv4 address. */
const plain = (address: string): string => (/^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(address) ? address.slice(7) : address);

const GROUPS = 8;
const NETWORK_GROUPS = 4;

/** What shares a bucket: an IPv4 address, or the /64 network that one IPv6 customer is given. */
export function bucketNameOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [left = '', right] = (address.split('%', 1)[0] ?? '').toLowerCase().split('::');
  const groups = left === '' ? [] : left.split(':');
  const after = right === undefined || right === '' ? [] : right.split(':');
  const zeros = right === undefined ? [] : Array<string>(Math.max(0, GROUPS - groups.length - after.length)).fill('0');
  return [...groups, ...zeros, ...after]
    .slice(0, NETWORK_GROUPS)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}
