/**
 * `docs/spec/keys.md`: its vectors are what the wallet makes, and what its text says, by another implementation. To write the
 * vectors anew, put in what the first test shows.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ed25519 } from '@noble/curves/ed25519.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { scrypt } from '@noble/hashes/scrypt.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { encodeAccountRequest, endorsementInput, userIdOf, type AccountRequest } from '@coinslot/protocol';
import { nativeSigner } from '@coinslot/protocol/node';
import { beforeAll, expect, it } from 'vitest';
import { dayKeys, daySecretsOf, pinKeys, pinSeedOf } from '../../wallet/src/vault/keys.ts';
import { PASSWORD_COST, passwordSigner } from '../../wallet/src/vault/password.ts';
import { phraseOf } from '../../wallet/src/vault/phrase.ts';

const PAGE = readFileSync(new URL('../../docs/spec/keys.md', import.meta.url), 'utf8');
const SERVER_ID = 'mint';
/** The second one as a keyboard may send it: an accent of its own, a ligature, a wide letter. */
const PASSWORDS = ['correct horse battery', 'Ka\u0308se \ufb01ndet \uff21lle'];

const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const written = (name: string): string => PAGE.split(`\n${name}\n  `)[1]?.split('\n')[0] ?? '';

const master = new Uint8Array(createHash('sha256').update('coinslot test master').digest());
const secrets = daySecretsOf(master);
const day = dayKeys(secrets);
const userId = userIdOf(day.account.publicKey);
const place = { accountSecret: secrets.accountSecret, serverId: SERVER_ID, userId };

/** Another password in the place of the first. */
const REQUEST = {
  userId,
  ask: 'password',
  pressPaymentMaxMinor: 0n,
  pressDayMaxMinor: 0n,
  after: 0n,
  timeMs: 1_772_366_400_000,
  nonce: new Uint8Array(16).fill(1),
  audience: new Uint8Array(32).fill(2),
} as const;

let vectors: string;

beforeAll(async () => {
  const values: [name: string, value: string][] = [
    ['phrase', phraseOf(master).join(' ')],
    ['day seed', toHex(secrets.seed)],
    ['PIN seed', toHex(pinSeedOf(master))],
    ['account secret', toHex(secrets.accountSecret)],
    ['press key', toHex(day.press.publicKey)],
    ['account key', toHex(day.account.publicKey)],
    ['PIN key', toHex(pinKeys(pinSeedOf(master)).signer.publicKey)],
    ['player key at "lumen-works"', toHex(day.player('lumen-works').publicKey)],
    ['user id', toHex(userId)],
  ];
  const [first, second] = await Promise.all(PASSWORDS.map((password) => passwordSigner(password, place)));
  for (const [i, signer] of [first!, second!].entries())
    values.push([`password key of ${JSON.stringify(PASSWORDS[i]!.normalize('NFKC'))}`, toHex(signer.publicKey)]);
  const request: AccountRequest = { ...REQUEST, passwordKey: second!.publicKey };
  const endorsement = first!.sign(endorsementInput(request));
  values.push(
    ['AccountRequest for the second, without its endorsement', toHex(encodeAccountRequest(request))],
    ['endorsement by the first', toHex(endorsement)],
    ['AccountRequest with it', toHex(encodeAccountRequest({ ...request, endorsement }))],
  );
  vectors = values.map(([name, value]) => `${name}\n  ${value}\n`).join('');
});

it('the vectors are those of the wallet', () => {
  expect(PAGE.split('<!-- worked:player-keys -->\n```text\n')[1]?.split('```')[0]).toBe(vectors);
});

/** The secret of a password's key by the text of the page alone. */
function secretOf(password: string): Uint8Array {
  const draw = (secret: Uint8Array, label: string): Uint8Array =>
    hkdf(sha256, secret, utf8('coinslot/1 wallet keys'), utf8(label), 32);
  const accountSecret = draw(master, 'account secret').slice(0, 16);
  expect(toHex(accountSecret)).toBe(written('account secret'));
  const id = Buffer.from(written('user id'), 'hex');
  const salt = sha256(Buffer.concat([utf8(`coinslot/1 password salt\0${SERVER_ID}\0`), id]));
  const stretched = scrypt(utf8(password.normalize('NFKC')), salt, { N: 65_536, r: 8, p: 1, dkLen: 32 });
  expect(PASSWORD_COST).toEqual({ N: 65_536, r: 8, p: 1 });
  return hkdf(sha256, stretched, accountSecret, utf8('coinslot/1 password key'), 32);
}

it('the key of the second password by the text of the page alone', () => {
  const password = PASSWORDS[1]!.normalize('NFKC');
  const { publicKey } = nativeSigner(secretOf(password));
  expect(toHex(publicKey)).toBe(written(`password key of ${JSON.stringify(password)}`));
});

it('the endorsement by the text of the pages alone, and the same request with it', () => {
  const hex = (text: string): Buffer => Buffer.from(text, 'hex');
  const zero = 'd30000000000000000';
  const key = `91c420${written('password key of "Käse findet Alle"')}`;
  const fields = `c410${written('user id')}08${zero.repeat(3)}${key}d30000019ca9450a00c410${'01'.repeat(16)}c420${'02'.repeat(32)}`;
  const [before, after] = [hex(`99${fields}`), (signature: string) => `9a${fields}c440${signature}`];
  expect(toHex(before)).toBe(written('AccountRequest for the second, without its endorsement'));
  const input = Buffer.concat([utf8('coinslot/1 password-endorsement\0'), before]);
  const signature = toHex(ed25519.sign(input, secretOf(PASSWORDS[0]!)));
  expect(signature).toBe(written('endorsement by the first'));
  expect(after(signature)).toBe(written('AccountRequest with it'));
});
