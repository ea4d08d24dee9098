/** What a certificate says, in lines for a person. */
import {
  ALG,
  hashChain,
  readCertificate,
  readRevocationList,
  type CardAssurance,
  type CertificateName,
  type SalesLimits,
} from '@coinslot/protocol';

/** Describes a certificate (DER) that is in the profile, whether or not anybody signed it. */
export function describeCertificate(der: Uint8Array): string[] {
  const certificate = readCertificate(der);
  const { alg, isAuthority, pathLength, liveRoles, sandboxRoles, limits, card } = certificate;
  const roles = [...liveRoles, ...sandboxRoles.map((role) => `sandbox ${role}`)].join(', ') || 'none';
  return [
    `certificate ${nameLine(certificate.subject)}`,
    `  issued by   ${nameLine(certificate.issuer)}`,
    `  valid       ${isoDate(certificate.notBeforeMs)} to ${isoDate(certificate.notAfterMs)}`,
    `  ${isAuthority ? `may issue   ${roles} (${pathLength ?? 'any number of'} authorities below)` : `acts as     ${roles}`}`,
    ...(limits ? [`  limits      ${limitsLine(limits)}`] : []),
    ...(card ? [`  assurance   ${assuranceLine(card)}`] : []),
    `  serial      ${certificate.serialHex}`,
    `  key         ${alg === ALG.ed25519 ? 'Ed25519' : 'P-256'} ${Buffer.from(certificate.publicKey).toString('hex')}`,
    `  size        ${der.length} bytes, hash of the chain of it alone ${Buffer.from(hashChain([der])).toString('hex')}`,
  ];
}

/** Describes a revocation list (DER), whether or not anybody signed it. */
export function describeRevocationList(der: Uint8Array): string[] {
  const { number, thisUpdateMs, nextUpdateMs, revokedAtMs, issuer } = readRevocationList(der);
  return [
    `revocation list ${number} of ${nameLine(issuer)}`,
    `  dated       ${isoDate(thisUpdateMs)}, the next until ${isoDate(nextUpdateMs)}`,
    ...[...revokedAtMs].map(([serial, atMs]) => `  revoked     ${serial} from ${isoDate(atMs)} on`),
    `  size        ${der.length} bytes`,
  ];
}

function nameLine({ commonName, organization, country, id }: CertificateName): string {
  const rest = [organization, country, id && `id ${id}`].filter(Boolean).join(', ');
  return rest ? `${commonName} (${rest})` : commonName;
}

function limitsLine({ topPrices, territories, minimumAge }: SalesLimits): string {
  const prices = topPrices.map(({ amountMinor, currency }) => `${currency} ${amountMinor} minor units`).join(', ');
  return `${prices || 'nothing may be charged'}; ${territories.join(' ') || 'everywhere'}; from age ${minimumAge}`;
}

function assuranceLine({ assurance, ceilings }: CardAssurance): string {
  const most = ceilings.map(({ amountMinor, currency }) => `${currency} ${amountMinor} minor units`).join(', ');
  return `${assurance}; a payment of at most ${most || 'nothing'}`;
}

function isoDate(atMs: number): string {
  return new Date(atMs).toISOString();
}
