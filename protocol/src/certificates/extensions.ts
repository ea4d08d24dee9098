/** The extensions of a certificate that the profile knows (RFC 5280 section 4.2). */
import {
  TAG,
  badDer,
  close,
  cursorOver,
  hasMore,
  isNext,
  open,
  readContent,
  readDefaultFalse,
  readOid,
  readSmallInteger,
  type Cursor,
} from './der.ts';
import { readCardAssurance, type CardAssurance } from './card-assurance.ts';
import { ASSURANCE_OID_HEX, LIMITS_OID_HEX, roleOfOid, type CertificateRole } from './roles.ts';
import { readSalesLimits, type SalesLimits } from './sales-limits.ts';

/** What the extensions say. */
export interface CertificateExtensions {
  readonly isAuthority: boolean;
  /** How many intermediaries may follow below; `undefined`: no bound of its own. */
  readonly pathLength: number | undefined;
  readonly canSignMessages: boolean;
  readonly canSignCertificates: boolean;
  readonly canSignLists: boolean;
  /** Roles by extended key usage, live and sandbox apart. */
  readonly liveRoles: readonly CertificateRole[];
  readonly sandboxRoles: readonly CertificateRole[];
  readonly limits: SalesLimits | undefined;
  readonly card: CardAssurance | undefined;
  /** A critical extension that this reader does not know, as hex of its identifier. */
  readonly unknownCritical: string | undefined;
}

const EXTENSIONS_MAX = 16;
const PATH_LENGTH_MAX = 100;
const KEY_USAGE = '551d0f';
const BASIC_CONSTRAINTS = '551d13';
const EXTENDED_KEY_USAGE = '551d25';
/** Must be critical to mean anything: a reader that skips them would accept what they forbid. */
const ALWAYS_CRITICAL = [BASIC_CONSTRAINTS, KEY_USAGE, LIMITS_OID_HEX, ASSURANCE_OID_HEX];
const DIGITAL_SIGNATURE = 0x80; // bit 0, first byte (RFC 5280 section 4.2.1.3)
const KEY_CERT_SIGN = 0x04; // bit 5
const CRL_SIGN = 0x02; // bit 6

/** An extension as it stands. */
export interface RawExtension {
  readonly isCritical: boolean;
  readonly value: Uint8Array;
}

/** Reads the Extensions sequence; each identifier at most once. */
export function readExtensions(cursor: Cursor): CertificateExtensions {
  const found = collectExtensions(open(cursor, TAG.sequence, 'extensions'));
  const take = (oid: string): Uint8Array | undefined => {
    const extension = found.get(oid);
    found.delete(oid);
    if (extension && !extension.isCritical && ALWAYS_CRITICAL.includes(oid))
      throw badDer('extensions', `${oid} not critical`);
    return extension?.value;
  };
  const { isAuthority, pathLength } = readBasicConstraints(take(BASIC_CONSTRAINTS));
  const usage = readKeyUsage(take(KEY_USAGE));
  const { liveRoles, sandboxRoles } = readRoles(take(EXTENDED_KEY_USAGE));
  const limits = take(LIMITS_OID_HEX);
  const assurance = take(ASSURANCE_OID_HEX);
  return {
    isAuthority,
    pathLength,
    canSignMessages: (usage & DIGITAL_SIGNATURE) !== 0,
    canSignCertificates: (usage & KEY_CERT_SIGN) !== 0,
    canSignLists: (usage & CRL_SIGN) !== 0,
    liveRoles,
    sandboxRoles,
    limits: limits && readSalesLimits(limits),
    card: assurance && readCardAssurance(assurance),
    unknownCritical: [...found].find(([, extension]) => extension.isCritical)?.[0],
  };
}

/** The extensions of a list by identifier (hex), each at most once, at most sixteen. */
export function collectExtensions(list: Cursor): Map<string, RawExtension> {
  const found = new Map<string, RawExtension>();
  while (hasMore(list)) {
    const extension = open(list, TAG.sequence, 'extension');
    const oid = readOid(extension, 'extension');
    const isCritical = readDefaultFalse(extension, 'extension critical');
    const value = readContent(extension, TAG.octetString, 'extension value');
    close(extension);
    if (found.has(oid)) throw badDer('extensions', `${oid} twice`);
    found.set(oid, { isCritical, value });
    if (found.size > EXTENSIONS_MAX) throw badDer('extensions', `more than ${EXTENSIONS_MAX}`);
  }
  return found;
}

/** RFC 5280 section 4.2.1.9. */
function readBasicConstraints(value: Uint8Array | undefined): { isAuthority: boolean; pathLength: number | undefined } {
  if (!value) return { isAuthority: false, pathLength: undefined };
  const outer = cursorOver(value, 'basic constraints');
  const sequence = open(outer, TAG.sequence, outer.part);
  close(outer);
  const isAuthority = readDefaultFalse(sequence, outer.part);
  const hasPathLength = isAuthority && isNext(sequence, TAG.integer); // without the CA mark it is an unexpected byte
  const pathLength = hasPathLength ? readSmallInteger(sequence, PATH_LENGTH_MAX, 'path length') : undefined;
  close(sequence);
  return { isAuthority, pathLength };
}

/** RFC 5280 section 4.2.1.3. The first eight bits; a named bit list drops trailing zero bits (X.690 section 11.2.2). */
function readKeyUsage(value: Uint8Array | undefined): number {
  if (!value) return 0;
  const outer = cursorOver(value, 'key usage');
  const [unused = 8, first = 0, second, ...rest] = readContent(outer, TAG.bitString, outer.part);
  close(outer);
  const last = second ?? first;
  const isMinimal = unused < 8 && ((last >> unused) & 1) === 1 && (last & ((1 << unused) - 1)) === 0;
  if (!isMinimal || rest.length > 0) throw badDer(outer.part, 'not a minimal bit list');
  return first;
}

/** RFC 5280 section 4.2.1.12. Usages that are not ours give no role. */
function readRoles(value: Uint8Array | undefined): {
  liveRoles: readonly CertificateRole[];
  sandboxRoles: readonly CertificateRole[];
} {
  const liveRoles: CertificateRole[] = [];
  const sandboxRoles: CertificateRole[] = [];
  if (!value) return { liveRoles, sandboxRoles };
  const outer = cursorOver(value, 'extended key usage');
  const list = open(outer, TAG.sequence, outer.part);
  close(outer);
  while (hasMore(list)) {
    const usage = roleOfOid(readOid(list, outer.part));
    if (!usage) continue;
    const roles = usage.sandbox ? sandboxRoles : liveRoles;
    if (roles.includes(usage.role)) throw badDer(outer.part, `${usage.role} twice`);
    roles.push(usage.role);
  }
  return { liveRoles: Object.freeze(liveRoles), sandboxRoles: Object.freeze(sandboxRoles) };
}
