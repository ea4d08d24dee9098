/** Names under which the PIN compartment gives digits for cards, and what a player may choose. */

/** The software card's own PIN: opened by the wallet's, and typed by nobody. */
export const SOFT_CARD_PIN = 'software card pin';
export const SOFT_CARD_UNBLOCK = 'software card unblock';

/** The unblock code of a card in a reader: so the wallet's PIN sets a locked card's PIN anew. */
export const unblockName = (cardIdHex: string): string => `card ${cardIdHex} unblock`;

/** What a card takes for a PIN: 4 to 8 digits. */
export const isCardPin = (pin: string): boolean => /^\d{4,8}$/.test(pin);
