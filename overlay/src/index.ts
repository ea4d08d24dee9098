/** `@coinslot/overlay`: the consent overlay. See README.md for what this room is and is not. */
export type {
  OverlayIntent,
  OverlayModule,
  OverlayOptions,
  OverlayPort,
  OverlayState,
  ThemeTokens,
  UnreachableReason,
} from './port.ts';
