/**
 * Who signed what. Opens the messages that the facts stand on: players by the keys of their own enrolments, everybody else by
 * chains that end at the pinned roots. Nothing that a row says of a key is believed.
 */
import {
  checkQuote,
  decodeEnrolment,
  decodePaymentRequest,
  decodeQuote,
  hashChain,
  ProtocolError,
  readCertificate,
  readEnvelope,
  signatureInput,
  userIdOf,
  verifyChain,
  type CertificateRole,
  type Envelope,
  type MessageType,
  type Quote,
  type RateTable,
  type VerifiedLeaf,
} from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import { createHash } from 'node:crypto';
import type { StoreReader } from '../store/port.ts';
import type { Publisher } from '../publishers/types.ts';
import { brief, hex, plain } from './bytes.ts';
import type { Findings } from './findings.ts';
import { mayHaveStood, readPasswords, surelyStood, type AuditedPassword } from './passwords.ts';

/** A player as their enrolment says. */
export interface AuditedPlayer {
  readonly userId: Uint8Array;
  readonly plan: 'prepaid' | 'postpaid';
  readonly currency: string;
  readonly accountKey: Uint8Array;
  readonly pressKey: Uint8Array;
  readonly pinKey: Uint8Array;
}

/** A quote, and who signed it or why it does not hold. */
export interface AuditedQuote {
  readonly quote: Quote;
  readonly signature: Uint8Array;
  readonly fault: string | undefined;
}

const KNOWN_MAX = 20_000;
const LEAVES_MAX = 256;
const HOUR_MS = 3_600_000;

export interface WitnessOptions {
  readonly store: StoreReader;
  readonly roots: readonly Uint8Array[];
  readonly oneIn: number;
  readonly findings: Findings;
}

export class Witness {
  readonly store: StoreReader;
  readonly findings: Findings;
  readonly #options: WitnessOptions;
  readonly #players = new Map<string, AuditedPlayer | undefined>();
  readonly #passwords = new Map<string, readonly AuditedPassword[]>();
  readonly #chains = new Map<string, readonly Uint8Array[] | undefined>();
  readonly #quotes = new Map<string, AuditedQuote>();
  readonly #publishers = new Map<string, Publisher | undefined>();
  readonly #tables = new Map<number, RateTable | undefined>();
  readonly #leaves = new Map<string, { leaf: VerifiedLeaf; notBeforeMs: number; notAfterMs: number }>();
  verified = 0;

  constructor(options: WitnessOptions) {
    this.#options = options;
    this.store = options.store;
    this.findings = options.findings;
  }

  /** Whether the signatures of this one are looked at. */
  isSampled(number: bigint | number): boolean {
    return BigInt(number) % BigInt(this.#options.oneIn) === 0n;
  }

  /** `undefined` when nobody enrolled by this id, or not so that it can be believed. */
  async player(userId: Uint8Array): Promise<AuditedPlayer | undefined> {
    return remember(this.#players, hex(userId), () => this.#readPlayer(userId));
  }

  async #readPlayer(userId: Uint8Array): Promise<AuditedPlayer | undefined> {
    const row = await this.store.findPlayer(userId);
    if (row === undefined) return undefined;
    const place = `player ${hex(userId)}`;
    const envelope = readEnvelope(plain(row.enrolment));
    const said = decodeEnrolment(envelope.body);
    this.isSignedBy(place, 'enrolment', said.accountKey, plain(row.enrolment));
    const { findings } = this;
    findings.same('message', `${place}, id`, hex(userIdOf(said.accountKey)), hex(userId));
    findings.same('message', `${place}, plan`, said.plan, row.plan);
    findings.same('message', `${place}, currency`, said.currency, row.currency);
    for (const key of ['accountKey', 'pressKey', 'pinKey'] as const)
      findings.same('message', `${place}, ${key}`, hex(said[key]), row[key] === null ? 'none' : hex(row[key]));
    findings.tick('players');
    return { ...said, userId: userIdOf(said.accountKey) };
  }

  /**
   * The key that a message 2 may be signed by, by its proof; a finding where the player never registered a password, and for what was
   * approved (`approvedAtMs`) by one that did not hold, or by the PIN while one did.
   */
  async proofKey(
    place: string,
    player: AuditedPlayer,
    requestBytes: Uint8Array,
    approvedAtMs: number | undefined,
  ): Promise<Uint8Array | undefined> {
    const asked = readEnvelope(requestBytes);
    const { proof } = decodePaymentRequest(asked.body);
    if (proof === 'pin' && approvedAtMs !== undefined) {
      const stood = surelyStood(await this.#passwordsOf(player), approvedAtMs);
      if (stood !== undefined) this.findings.find('signature', place, `proven by the password ${brief(stood)}`, 'PIN');
    }
    if (proof !== 'password') return proof === 'pin' ? player.pinKey : player.pressKey;
    const { signer, newest } = await this.#passwordOf({ place, player, atMs: approvedAtMs }, 'payment-request', asked);
    const key = signer ?? newest;
    if (key === undefined) this.findings.find('signature', place, 'a password that was registered', 'none');
    return key;
  }

  /**
   * The key that an instruction which was carried out may be signed by: that of a password of the player's which signed it, or
   * `otherwise`. A finding for a password that did not hold.
   */
  async instructingKey(
    at: { readonly place: string; readonly player: AuditedPlayer; readonly atMs: number },
    type: MessageType,
    envelope: Uint8Array,
    otherwise: Uint8Array,
  ): Promise<Uint8Array> {
    const { signer } = await this.#passwordOf(at, type, readEnvelope(envelope));
    return signer ?? otherwise;
  }

  /** Which of the player's passwords signed, and the one that was registered last. */
  async #passwordOf(
    {
      place,
      player,
      atMs,
    }: { readonly place: string; readonly player: AuditedPlayer; readonly atMs: number | undefined },
    type: MessageType,
    { body, signature }: Pick<Envelope, 'body' | 'signature'>,
  ): Promise<{ readonly signer: Uint8Array | undefined; readonly newest: Uint8Array | undefined }> {
    const passwords = await this.#passwordsOf(player);
    const keys = passwords.flatMap(({ key }) => key ?? []);
    const input = signatureInput(type, body);
    const signer = keys.find((one) => nativeVerifySignature(one, input, signature));
    if (signer !== undefined && atMs !== undefined && !mayHaveStood(passwords, signer, atMs))
      this.findings.find('signature', place, `a password that held at ${atMs}`, `${brief(signer)}, which did not`);
    return { signer, newest: keys.at(-1) };
  }

  #passwordsOf(player: AuditedPlayer): Promise<readonly AuditedPassword[]> {
    return remember(this.#passwords, hex(player.userId), () => readPasswords(this, player));
  }

  /** A signature by a bare key over an envelope of this type; a finding where it does not hold. */
  isSignedBy(place: string, type: MessageType, publicKey: Uint8Array, envelope: Uint8Array): boolean {
    const { typeName, body, signature } = readEnvelope(envelope);
    this.verified += 1;
    if (typeName === type && nativeVerifySignature(plain(publicKey), signatureInput(type, body), signature))
      return true;
    this.findings.find('signature', place, `${type} signed by ${brief(publicKey)}`, 'does not hold');
    return false;
  }

  /** An envelope under a certificate of this role, as of a time; its leaf, or a finding. */
  async open(
    place: string,
    envelope: Uint8Array,
    { type, role, atMs }: { readonly type: MessageType; readonly role: CertificateRole; readonly atMs: number },
  ): Promise<VerifiedLeaf | undefined> {
    const read = readEnvelope(envelope);
    try {
      const leaf = await this.#leafOf(read.chain, role, atMs);
      this.verified += 1;
      const { typeName, body, signature } = read;
      if (typeName === type && nativeVerifySignature(leaf.publicKey, signatureInput(type, body), signature))
        return leaf;
      this.findings.find('signature', place, `${type} signed by a ${role}`, 'does not hold');
    } catch (error) {
      this.findings.find('signature', place, `${type} signed by a ${role}`, whyOf(error));
    }
    return undefined;
  }

  /** One chain signs most of what a server says: its signatures are looked at once, its dates at every use. */
  async #leafOf(sent: readonly Uint8Array[], role: CertificateRole, atMs: number): Promise<VerifiedLeaf> {
    const [named] = sent;
    const chain = named?.length === 32 ? ((await this.chain(named)) ?? []) : sent;
    const name = `${role} ${hex(named?.length === 32 ? named : hashChain(chain))}`;
    const known = this.#leaves.get(name);
    if (known !== undefined && known.notBeforeMs <= atMs && atMs <= known.notAfterMs) return known.leaf;
    const { roots } = this.#options;
    if (named?.length === 32 && hex(hashChain(chain)) !== hex(named))
      throw new ProtocolError('CHAIN_UNTRUSTED', 'chain: not the one of this hash');
    const leaf = verifyChain({ chain, roots, role, atMs, verify: nativeVerifySignature });
    const certificates = [...chain, ...roots].map(readCertificate);
    const window = {
      notBeforeMs: Math.max(...certificates.map((one) => one.notBeforeMs)),
      notAfterMs: Math.min(...certificates.map((one) => one.notAfterMs)),
    };
    if (this.#leaves.size >= LEAVES_MAX) this.#leaves.clear();
    this.#leaves.set(name, { leaf, ...window });
    return leaf;
  }

  async chain(hash: Uint8Array): Promise<readonly Uint8Array[] | undefined> {
    return remember(this.#chains, hex(hash), () => this.store.findChain(hash));
  }

  get roots(): readonly Uint8Array[] {
    return this.#options.roots;
  }

  /** A quote as of the time of its offer or decision. Games' players all send the same few. */
  async quote(envelope: Uint8Array, atMs: number): Promise<AuditedQuote> {
    const name = `${createHash('sha256').update(envelope).digest('base64')} ${Math.floor(atMs / HOUR_MS)}`;
    const known = this.#quotes.get(name);
    if (known?.fault === undefined && known !== undefined) return known;
    const { body, signature, chain: sent } = readEnvelope(envelope);
    const [named] = sent;
    const chain = named?.length === 32 ? await this.chain(named) : undefined;
    const read: AuditedQuote = { quote: decodeQuote(body), signature, fault: undefined };
    this.verified += 1;
    try {
      checkQuote(envelope, { roots: this.roots, atMs, verify: nativeVerifySignature, chainByHash: () => chain });
    } catch (error) {
      return { ...read, fault: whyOf(error) };
    }
    if (this.#quotes.size >= KNOWN_MAX) this.#quotes.clear();
    this.#quotes.set(name, read);
    return read;
  }

  /** The operator's word for a publisher's fee: nobody signs it. */
  async publisher(publisherId: string): Promise<Publisher | undefined> {
    return remember(this.#publishers, publisherId, () => this.store.findPublisher(publisherId));
  }

  async rateTable(tableId: number): Promise<RateTable | undefined> {
    return remember(this.#tables, tableId, async () =>
      tableId === 0 ? undefined : (await this.store.findRateTable(tableId))?.table,
    );
  }
}

async function remember<Key, Value>(known: Map<Key, Value>, key: Key, read: () => Promise<Value>): Promise<Value> {
  if (known.has(key)) return known.get(key) as Value;
  const value = await read();
  if (known.size >= KNOWN_MAX) known.delete(known.keys().next().value as Key);
  known.set(key, value);
  return value;
}

/** The protocol's own code; anything else is a mistake here and goes on up. */
export function whyOf(error: unknown): string {
  if (error instanceof ProtocolError) return `${error.code}: ${error.message}`;
  throw error;
}
