/** Envelopes: the bytes are signed and carried, one type never passes as another (threats G1, K2, K9, K11, K13, T1, T14). */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  MESSAGE_TYPES,
  PROTOCOL_VERSION,
  context,
  contextHash,
  decodeQuote,
  hashChain,
  openEnvelope,
  openSigned,
  packWire,
  readEnvelope,
  sealEnvelope,
  signatureInput,
  unpackWire,
  withChain,
  withChainByHash,
  type MessageType,
  type Wire,
} from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import { makePublisher, makeTree, NOON_MS } from '../lib/parties.ts';
import { join, refusalOf, withOneBitFlipped } from './refusals.ts';
import { decisionEnvelope, player, publisher, quote, quoteEnvelope, SAMPLES, server, tree } from './samples.ts';

const TYPES = Object.keys(MESSAGE_TYPES) as MessageType[];
const verify = nativeVerifySignature;
const quoteOptions = { type: 'quote', role: 'publisher', roots: tree.roots, atMs: NOON_MS, verify } as const;
const decisionOptions = { ...quoteOptions, type: 'payment-decision', role: 'payment-server' } as const;
const { signer } = publisher;
const { publicKey } = signer;
const bodyOf = (type: MessageType): Uint8Array => SAMPLES.find((one) => one.type === type)!.bytes;
const signed = (type: MessageType): Uint8Array => sealEnvelope(type, bodyOf(type), signer, []);
const wireOf = (envelope: Uint8Array): Wire[] => unpackWire(envelope) as Wire[];

describe('openEnvelope', () => {
  it('gives the exact body, the certified signer and the chain', () => {
    const { body, leaf, chain } = openEnvelope(quoteEnvelope, quoteOptions);
    expect(decodeQuote(body)).toEqual(quote);
    expect(leaf.subject).toMatchObject({ id: 'lumen-works', commonName: 'Lumen Works' });
    expect(chain).toEqual(publisher.chain);
  });

  it('takes no envelope with any bit flipped, anywhere (G1)', () => {
    const taken = [...withOneBitFlipped(quoteEnvelope)].filter(
      (flipped) => refusalOf(() => openEnvelope(flipped, quoteOptions)) === 'accepted',
    );
    expect(taken).toEqual([]);
  });

  it('is refused when cut at any byte, or with one after it (T1)', () => {
    const cuts = Array.from(quoteEnvelope, (_, length) => quoteEnvelope.subarray(0, length));
    for (const input of [...cuts, join(quoteEnvelope, Uint8Array.of(0)), join(quoteEnvelope, quoteEnvelope)])
      expect(refusalOf(() => openEnvelope(input, quoteOptions))).toBe('BAD_ENCODING');
  });

  it('refuses another root, role, time and type', () => {
    const elsewhere = makeTree({ name: 'elsewhere' });
    const year = 365 * 86_400_000;
    const refuse = (change: object): string =>
      refusalOf(() => openEnvelope(quoteEnvelope, { ...quoteOptions, ...change }));
    expect(refuse({ roots: elsewhere.roots })).toBe('CHAIN_UNTRUSTED');
    expect(refuse({ roots: [] })).toBe('CHAIN_UNTRUSTED');
    expect(refuse({ role: 'payment-server' })).toBe('CHAIN_ROLE');
    expect(refuse({ atMs: NOON_MS + 11 * year })).toBe('CHAIN_EXPIRED');
    expect(refuse({ atMs: NOON_MS - 2 * year })).toBe('CHAIN_NOT_YET');
    expect(refuse({ type: 'pairing-header' })).toBe('BAD_SIGNATURE');
  });

  it('refuses a signature by another key than the leaf (G1)', () => {
    const thief = makePublisher(tree, { id: 'thief' });
    const forged = sealEnvelope('quote', bodyOf('quote'), thief.signer, publisher.chain);
    expect(refusalOf(() => openEnvelope(forged, quoteOptions))).toBe('BAD_SIGNATURE');
  });

  it("refuses a server's key for a quote and a publisher's for a decision (K2)", () => {
    const byServer = sealEnvelope('quote', bodyOf('quote'), server.signer, server.chain);
    const byPublisher = sealEnvelope('payment-decision', bodyOf('payment-decision'), signer, publisher.chain);
    expect(refusalOf(() => openEnvelope(byServer, quoteOptions))).toBe('CHAIN_ROLE');
    expect(refusalOf(() => openEnvelope(byPublisher, decisionOptions))).toBe('CHAIN_ROLE');
  });
});

describe('one type never passes as another (K11)', () => {
  const pairs = TYPES.flatMap((from) => TYPES.filter((to) => to !== from).map((to) => [from, to] as const));
  const open = (envelope: Uint8Array, type: MessageType): string =>
    refusalOf(() => openSigned(envelope, { type, publicKey, verify }));

  it.each(TYPES)('%s opens as itself', (type) => {
    expect(open(signed(type), type)).toBe('accepted');
  });

  it.each(pairs)('%s is no %s', (from, to) => {
    expect(open(signed(from), to)).toBe('BAD_SIGNATURE');
    // Relabelled, so that nothing but the context in the signature is left to tell them apart.
    expect(open(packWire(wireOf(signed(from)).with(1, MESSAGE_TYPES[to])), to)).toBe('BAD_SIGNATURE');
  });

  it.each(TYPES)('a certificate is no %s', (type) => {
    const certificate = publisher.chain[0]!;
    const bare = { version: PROTOCOL_VERSION, type: MESSAGE_TYPES[type], body: certificate };
    const signature = certificate.slice(-64);
    const envelope = packWire([bare.version, bare.type, bare.body, signature, [], []]);
    expect(refusalOf(() => openSigned(envelope, { type, publicKey, verify }))).toBe('BAD_SIGNATURE');
  });

  it('no context is the beginning of another', () => {
    const hashes = ['offer', 'texts', 'request', 'request-id', 'account-request-hash', 'user', 'key', 'shown'];
    const all = [...TYPES, ...hashes, 'link game', 'link wallet'].map((purpose) =>
      Buffer.from(context(purpose)).toString('latin1'),
    );
    all.push('coinslot chain v1\0');
    for (const one of all) expect(all.filter((other) => other.startsWith(one))).toEqual([one]);
  });
});

describe('the same content in other bytes (K13)', () => {
  const envelope = wireOf(signed('quote'));
  const body = bodyOf('quote');
  const signature = envelope[3] as Uint8Array;
  const loose = Uint8Array.from([0xdc, 0x00, 0x0b, ...body.subarray(1)]); // the record's 11 fields as array16

  it('is refused by the signature when the body was re-encoded', () => {
    const kept = packWire([1, 1, loose, signature, [], []]);
    expect(refusalOf(() => openSigned(kept, { type: 'quote', publicKey, verify }))).toBe('BAD_SIGNATURE');
  });

  it('is refused by its encoding even when it was signed anew', () => {
    const anew = sealEnvelope('quote', loose, signer, []);
    const opened = openSigned(anew, { type: 'quote', publicKey, verify });
    expect(refusalOf(() => decodeQuote(opened))).toBe('BAD_ENCODING');
  });

  it('is refused when the envelope was re-encoded', () => {
    const bytes = signed('quote');
    const array16 = Uint8Array.from([0xdc, 0x00, 0x06, ...bytes.subarray(1)]);
    const uint8Version = Uint8Array.from([bytes[0]!, 0xcc, 0x01, ...bytes.subarray(2)]);
    for (const other of [array16, uint8Version])
      expect(refusalOf(() => openSigned(other, { type: 'quote', publicKey, verify }))).toBe('BAD_ENCODING');
  });
});

describe('readEnvelope', () => {
  const fields = wireOf(signed('quote'));
  const refuse = (wire: Wire): string => refusalOf(() => readEnvelope(packWire(wire)));

  it.each([0, 2, 255])('refuses version %i (T14)', (version) => {
    expect(refuse(fields.with(0, version))).toBe('BAD_ENCODING');
  });
  it('refuses every type that is not in the list, the reserved ones too (T14)', () => {
    const known: number[] = Object.values(MESSAGE_TYPES);
    for (let type = 0; type < 256; type++)
      expect(refuse(fields.with(1, type))).toBe(known.includes(type) ? 'accepted' : 'BAD_ENCODING');
  });
  it.each([0, 63, 65])('refuses a signature of %i bytes (K9)', (length) => {
    expect(refuse(fields.with(3, new Uint8Array(length)))).toBe('BAD_ENCODING');
  });
  it('refuses five certificates, an empty one, and one above 4 KiB', () => {
    const chain = (...lengths: number[]): Wire => lengths.map((length) => new Uint8Array(length));
    expect(refuse(fields.with(4, chain(9, 9, 9, 9)))).toBe('accepted');
    for (const wrong of [chain(9, 9, 9, 9, 9), chain(0), chain(4_097)])
      expect(refuse(fields.with(4, wrong))).toBe('BAD_ENCODING');
  });
  it('refuses a seventh field', () => {
    expect(refuse([...fields, []])).toBe('BAD_ENCODING');
  });
});

describe('extensions, the one unsigned slot', () => {
  const extension = { name: 'trace', value: Uint8Array.of(1, 2, 3) };

  it('are ignored when unknown, and can be added by anyone without breaking the signature', () => {
    const fields = wireOf(quoteEnvelope);
    const extended = packWire(fields.with(5, [['trace', Uint8Array.of(1, 2, 3)]]));
    expect(readEnvelope(extended).extensions).toEqual([extension]);
    expect(openEnvelope(extended, quoteOptions).body).toEqual(openEnvelope(quoteEnvelope, quoteOptions).body);
    expect(sealEnvelope('quote', bodyOf('quote'), signer, publisher.chain, [extension])).toEqual(extended);
  });

  it('are bounded in number and size', () => {
    const seal = (count: number, length: number): string =>
      refusalOf(() =>
        sealEnvelope(
          'quote',
          bodyOf('quote'),
          signer,
          [],
          Array(count).fill({ name: 'x', value: new Uint8Array(length) }),
        ),
      );
    expect(seal(8, 1_024)).toBe('accepted');
    expect(seal(9, 0)).toBe('BAD_ENCODING');
    expect(seal(1, 1_025)).toBe('BAD_ENCODING');
  });
});

describe('a chain by its hash', () => {
  const byHash = withChainByHash(quoteEnvelope);
  const chainHash = hashChain(publisher.chain);

  it('is 32 bytes in its place, once', () => {
    expect(readEnvelope(byHash).chain).toEqual([chainHash]);
    expect(withChainByHash(byHash)).toEqual(byHash);
    expect(withChainByHash(signed('quote'))).toEqual(signed('quote'));
  });

  it('is put back byte for byte', () => {
    expect(withChain(byHash, publisher.chain)).toEqual(quoteEnvelope);
    expect(withChain(quoteEnvelope, publisher.chain)).toEqual(quoteEnvelope);
  });

  it('is never another chain', () => {
    expect(refusalOf(() => withChain(byHash, server.chain))).toBe('CHAIN_UNTRUSTED');
    expect(refusalOf(() => withChain(quoteEnvelope, server.chain))).toBe('CHAIN_UNTRUSTED');
    expect(refusalOf(() => withChain(signed('quote'), publisher.chain))).toBe('CHAIN_UNTRUSTED');
  });

  it('opens where the chain has been seen, and nowhere else', () => {
    const open = (chainByHash?: (hash: Uint8Array) => readonly Uint8Array[] | undefined): string =>
      refusalOf(() => openEnvelope(byHash, { ...quoteOptions, ...(chainByHash && { chainByHash }) }));
    expect(open((hash) => (Buffer.compare(hash, chainHash) === 0 ? publisher.chain : undefined))).toBe('accepted');
    expect(open()).toBe('CHAIN_UNTRUSTED');
    expect(open(() => undefined)).toBe('CHAIN_UNTRUSTED');
    expect(open(() => server.chain)).toBe('CHAIN_UNTRUSTED');
  });
});

describe("openSigned, by a player's key", () => {
  const request = sealEnvelope('payment-request', bodyOf('payment-request'), player.press, []);

  it('needs that key and no chain', () => {
    const open = (envelope: Uint8Array, key: Uint8Array): string =>
      refusalOf(() => openSigned(envelope, { type: 'payment-request', publicKey: key }));
    expect(open(request, player.press.publicKey)).toBe('accepted');
    expect(open(request, player.pin.publicKey)).toBe('BAD_SIGNATURE');
    const chained = sealEnvelope('payment-request', bodyOf('payment-request'), player.press, publisher.chain);
    expect(open(chained, player.press.publicKey)).toBe('BAD_ENCODING');
  });
});

it('what is signed is the context of version and type, then the body', () => {
  const body = Uint8Array.of(7, 8);
  expect(Buffer.from(signatureInput('quote', body)).toString('latin1')).toBe('coinslot/1 quote\0\u0007\u0008');
  const sha = createHash('sha256').update('coinslot/1 offer\0').update(body).digest();
  expect(Buffer.compare(contextHash('offer', body), sha)).toBe(0);
});

it('a decision envelope opens under the same rules', () => {
  expect(refusalOf(() => openEnvelope(decisionEnvelope, decisionOptions))).toBe('accepted');
});
