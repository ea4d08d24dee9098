/** How much the lab takes in and keeps open; each is far more than a person needs. */
export const LAB_LIMITS = {
  /** Unused one-time addresses and open pages that are remembered; the oldest goes. */
  tokensMax: 8,
  sessionsMax: 8,
  tokenLifeMs: 15 * 60_000,
  /** Pages and games that follow; the oldest goes. */
  streamsMax: 32,
  editBytesMax: 1024 * 1024,
  recordingBytesMax: 4 * 1024 * 1024,
  /** Files in `recordings/`: a game that hands over more is refused. */
  recordingsMax: 500,
  /** Steps of undo. */
  undoMax: 200,
  /** Typing that goes on is one step. */
  typingMs: 1_500,
  /** Players of a simulation from the page, when it does not say how many. */
  playersUsual: 1_000,
  playersMax: 10_000,
} as const;
