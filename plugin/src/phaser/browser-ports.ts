/** What the core is given in a browser. */
import type { CorePorts, LoopbackPermission, LoopbackPermissionPort } from '../core/ports.ts';
import { indexedDbStore } from '../core/store.ts';
import { systemClock, systemRandom } from '../core/system.ts';
import { webSockets } from '../core/web-socket.ts';

export const browserPorts = (game: string): Omit<CorePorts, 'stage'> => ({
  clock: systemClock,
  random: systemRandom,
  store: indexedDbStore(game),
  openSocket: webSockets(WebSocket),
  // `location.origin` would name the address of a sandboxed frame, which is not what the browser sends.
  origin: self.origin,
  loopbackPermission,
  utcOffsetMinutes: -new Date().getTimezoneOffset(),
});

/** Hosts of this machine, of which browsers ask no permission to reach it. */
const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Whether this page may reach the loopback interface (Local Network Access, https://wicg.github.io/local-network-access/).
 * A page of this machine, or of a file, is never asked, although the permission stands at `prompt` there too: a wallet it
 * cannot reach is not running.
 */
const loopbackPermission: LoopbackPermissionPort = {
  async read(): Promise<LoopbackPermission> {
    if (!/^https?:$/.test(location.protocol) || LOOPBACK.test(location.hostname)) return 'granted';
    const status = await permissionStatus();
    if (status === undefined) return 'unknown';
    return status.state === 'denied' && !mayBeAsked() ? 'unfit' : status.state;
  },
  onChange(changed) {
    void permissionStatus().then((status) => status?.addEventListener('change', changed));
  },
};

/** The permission has had two names; browsers without it throw, and then there is nothing to be asked for. */
async function permissionStatus(): Promise<PermissionStatus | undefined> {
  for (const name of ['loopback-network', 'local-network-access']) {
    try {
      return await navigator.permissions.query({ name: name as PermissionName });
    } catch {
      continue;
    }
  }
  return undefined;
}

/** A frame without `allow="loopback-network"`, or a page that is not https, is refused without a question. */
function mayBeAsked(): boolean {
  if (!isSecureContext) return false;
  const { featurePolicy } = document as Document & { featurePolicy?: { allowsFeature(name: string): boolean } };
  return featurePolicy?.allowsFeature('loopback-network') ?? true;
}
