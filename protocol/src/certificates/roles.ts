/**
 * Who a certificate makes its holder: the project's own extended key usages, under 2.25.<a UUID as one integer>
 * (ITU-T X.667: anybody may make such an arc). `.1.N` are live roles, `.2.N` the same roles for throwaway keys of a
 * sandbox, `.3` is the limits extension, `.4` a card's assurance. The numbers are part of the format and never change.
 */

/** 2.25 followed by UUID 40d7441a-2f8e-4b8e-95e0-19f4f86fcbed as one decimal integer. */
export const OID_BASE = '2.25.86188316833322697226151344123340114925';
/** Dotted name of our critical limits extension. */
export const LIMITS_OID = `${OID_BASE}.3`;
/** Dotted name of our critical assurance extension, in cards only. */
export const ASSURANCE_OID = `${OID_BASE}.4`;

/** The content bytes of `OID_BASE`, hex. */
const BASE_HEX = '698181d7a286c5f8f2ae9d95f086becfc3bf976d';
/** The content bytes of `LIMITS_OID`, hex. */
export const LIMITS_OID_HEX = `${BASE_HEX}03`;
/** The content bytes of `ASSURANCE_OID`, hex. */
export const ASSURANCE_OID_HEX = `${BASE_HEX}04`;

/** What the holder of a certificate may do, and their numbers under the arc. */
export const ROLE_NUMBERS = { publisher: 1, 'payment-server': 2, 'card-issuer': 3, card: 4 } as const;
/** A role. */
export type CertificateRole = keyof typeof ROLE_NUMBERS;
/** Every role, in the order of its number. */
export const ROLES = Object.freeze(Object.keys(ROLE_NUMBERS) as CertificateRole[]);

/** The dotted extended key usage of a role. */
export function roleOid(role: CertificateRole, sandbox: boolean): string {
  return `${OID_BASE}.${sandbox ? 2 : 1}.${ROLE_NUMBERS[role]}`;
}

/** The role behind an object identifier (hex of its content bytes), or `undefined` for any other usage. */
export function roleOfOid(oidHex: string): { role: CertificateRole; sandbox: boolean } | undefined {
  for (const role of ROLES) {
    for (const sandbox of [false, true]) {
      if (oidHex === `${BASE_HEX}0${sandbox ? 2 : 1}0${ROLE_NUMBERS[role]}`) return { role, sandbox };
    }
  }
  return undefined;
}

/**
 * The roles that a CA holding `held` may hand on. It hands on what it holds, with one step down: a CA that holds only
 * `card-issuer` is a card issuer, and issues cards and nothing else.
 */
export function issuableRoles(held: readonly CertificateRole[]): readonly CertificateRole[] {
  return held.length === 1 && held[0] === 'card-issuer' ? ['card'] : held;
}
