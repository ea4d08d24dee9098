/** Why the wallet was not reached: for the game, for the overlay, and in words for whoever makes the game. */
import type { UnreachableReason } from '@coinslot/overlay';
import type { LoopbackPermission } from './ports.ts';
import type { LinkState } from './types.ts';

export interface Unreached {
  readonly reason: 'wallet-absent' | 'wallet-permission' | 'not-paired' | 'payments-off';
  readonly shown: UnreachableReason;
  /** For the developer's log, in English. */
  readonly detail: string;
}

const PERMISSION: Readonly<Record<LoopbackPermission, readonly [UnreachableReason, string]>> = {
  prompt: ['wallet-ask', 'the browser asks the player before this page may reach 127.0.0.1, and has not been told yes'],
  denied: ['wallet-permission', 'the player, or a policy, forbids this page to reach 127.0.0.1'],
  unfit: [
    'wallet-unfit',
    'the browser refuses without asking: serve the game over https, and give a frame round it allow="loopback-network"',
  ],
  granted: ['wallet-permission', 'the browser was told yes only now'],
  unknown: ['wallet-permission', 'the browser does not say why'],
};

/** What a link that is not `ready` comes to. */
export function unreached(state: LinkState, permission: LoopbackPermission): Unreached {
  switch (state) {
    case 'permission': {
      const [shown, detail] = PERMISSION[permission];
      return { reason: 'wallet-permission', shown, detail };
    }
    case 'pairing':
      return { reason: 'not-paired', shown: 'not-paired', detail: 'the wallet asks the player on its own page' };
    case 'needs-code':
      return { reason: 'not-paired', shown: 'needs-code', detail: 'no web page: connect the game by connectByCode()' };
    case 'refused':
      return { reason: 'payments-off', shown: 'not-paired', detail: 'the player has refused this game in the wallet' };
    case 'off':
    case 'connecting':
    case 'ready':
    case 'absent':
      return {
        reason: 'wallet-absent',
        shown: 'wallet-absent',
        detail: 'no wallet that admits this game listens here',
      };
  }
}
