/** What the core is given in a browser. */
import type { CorePorts, LoopbackPermission } from '../core/ports.ts';
import { indexedDbStore } from '../core/store.ts';
import { systemClock, systemRandom } from '../core/system.ts';
import { webSockets } from '../core/web-socket.ts';

export const browserPorts = (game: string): Omit<CorePorts, 'stage'> => ({
  clock: systemClock,
  random: systemRandom,
  store: indexedDbStore(game),
  openSocket: webSockets(WebSocket),
  origin: location.origin,
  loopbackPermission,
  utcOffsetMinutes: -new Date().getTimezoneOffset(),
});

/** Hosts of this machine, of which browsers ask no permission to reach it. */
const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Whether this page may reach the loopback interface (Local Network Access). The permission has had two names, and
 * browsers without it throw; then there is nothing to be asked for. A page of this machine is never asked, although the
 * permission stands at `prompt` there too: a wallet it cannot reach is not running.
 */
async function loopbackPermission(): Promise<LoopbackPermission> {
  if (LOOPBACK.test(location.hostname)) return 'granted';
  for (const name of ['loopback-network', 'local-network-access']) {
    try {
      return (await navigator.permissions.query({ name: name as PermissionName })).state;
    } catch {
      continue;
    }
  }
  return 'unknown';
}
