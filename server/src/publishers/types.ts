/** Where a publisher is paid. */
export interface BankDetails {
  readonly holder: string;
  /** ISO 13616, without spaces. */
  readonly iban: string;
}

export interface NewPublisher {
  /** The certified subject's id: stable over changes of key. */
  readonly publisherId: string;
  readonly commonName: string;
  readonly payoutCurrency: string;
  readonly bank: BankDetails;
  /** The server's part of each price, hundredths of a percent, 0 ... 10,000. */
  readonly feeBasisPoints: number;
  /** DER, leaf first, without root, and its hash. */
  readonly chain: readonly Uint8Array[];
  readonly chainHash: Uint8Array;
  readonly enrolledAtMs: number;
}

export type Publisher = Omit<NewPublisher, 'chain'>;
