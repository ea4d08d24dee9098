/** `@coinslot/overlay`: the consent overlay. See README.md for what this room is and is not. */
export { createOverlay } from './overlay.ts';
export { forgoEval } from './draw/surface.ts';
export { contrastProblems, themes } from './theme.ts';
export type {
  Depth,
  OverlayIntent,
  OverlayModule,
  OverlayOptions,
  OverlayPort,
  OverlayState,
  PadButton,
  Switches,
  ThemeChoice,
  ThemeName,
  ThemeTokens,
  UnreachableReason,
} from './port.ts';
