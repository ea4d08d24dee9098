/** `@coinslot/overlay`: the consent overlay. See README.md for what this room is and is not. */
export { createOverlay } from './overlay.ts';
export { contrastProblems, DEFAULT_THEME, HIGH_CONTRAST_THEME } from './theme.ts';
export type {
  OverlayIntent,
  OverlayModule,
  OverlayOptions,
  OverlayPort,
  OverlayState,
  ThemeTokens,
  UnreachableReason,
} from './port.ts';
