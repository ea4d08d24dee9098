/** Who has a wallet in a household, as the wallet that is open sees it. */
export interface Household {
  /** The profile that is open. */
  readonly current: string;
  /** In alphabetical order. */
  readonly names: readonly string[];
  /**
   * Closes the wallet that is open and opens another profile's on the same port; one that is not there yet is made. Returns before
   * that is done, so that an answer can still be given. Throws BAD_REQUEST for a name that cannot be a profile's.
   */
  requestSwitch(name: string): void;
}
