/** How often a player is asked: the one figure that the lab, the simulator and guard-rails have in common. */
const HOUR_MS = 3_600_000;

/**
 * Offers in an hour of play. `offers`: those that timing showed; what the player asked for is not among them. Less than an hour of
 * play counts as an hour: one offer in four minutes is not fifteen an hour, since nobody has met more than the one.
 */
export const offersPerHour = (offers: number, playedMs: number): number => offers / Math.max(1, playedMs / HOUR_MS);
