/**
 * The look, by tokens. A studio sets colours, radius, font and logo; order, size and wording of price and choices are not
 * among them. Colours are `#rrggbb`; what must be readable is checked by `contrastProblems`.
 */
export interface ThemeTokens {
  /** Laid over the game, at `scrimAlpha`. */
  scrim: string;
  scrimAlpha: number;
  /** The panel, from top to bottom. */
  panelTop: string;
  panelBottom: string;
  /** Fine line round panel and sections. */
  line: string;
  /** Inset card that holds the price. */
  well: string;
  ink: string;
  inkSoft: string;
  /** Both choices wear the same face. */
  button: string;
  buttonInk: string;
  buttonLine: string;
  focus: string;
  accent: string;
  coin: string;
  warning: string;
  /** Corner of the panel in CSS pixels at text size 1. */
  radius: number;
  /** A loaded font family; the bundled Inter when absent. */
  fontFamily: string;
  /** Drawn in the header in place of the slot mark; at least 64 x 64 pixels, square. */
  logo: CanvasImageSource | null;
}
