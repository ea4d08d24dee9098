/** The `coinslot` command as a studio runs it: a real process in a folder of its own. */
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { decodePriceList } from '@coinslot/protocol';
import { readRequest } from '@coinslot/authority';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LIMITS, Studio } from './lib/studio.ts';

describe('from key to price list', () => {
  const studio = new Studio();
  beforeAll(() => {
    expect(studio.run('init', '--name', 'Lumen Works', '--country', 'FR')).toMatchObject({ status: 0, stderr: '' });
  });
  afterAll(() => studio.remove());

  test('init makes a key for its owner alone, and a request that openssl and the authority read', () => {
    expect(statSync(studio.path('publisher.key.pem')).mode & 0o777).toBe(0o600);
    expect(studio.read('.gitignore').toString()).toContain('*.key.pem');
    const request = studio.path('publisher.csr.pem');
    const subject = execFileSync('openssl', ['req', '-in', request, '-noout', '-verify', '-subject'], {
      stdio: 'pipe',
    });
    expect(subject.toString()).toContain('CN = Lumen Works');
    const read = readRequest(studio.read('publisher.csr.pem').toString());
    expect(read.name).toEqual({ commonName: 'Lumen Works', id: 'lumen-works', country: 'FR' });
  });

  test('init again keeps everything', () => {
    const before = ['publisher.key.pem', 'publisher.csr.pem', 'offers.yaml'].map((name) => studio.read(name));
    const again = studio.run('init', '--name', 'Another Name');
    expect(again.status).toBe(0);
    expect(again.stdout).not.toContain('made');
    expect(['publisher.key.pem', 'publisher.csr.pem', 'offers.yaml'].map((name) => studio.read(name))).toEqual(before);
  });

  test('the first files are correct as they stand', () => {
    expect(studio.run('check', '--sources')).toMatchObject({ status: 0, stderr: '' });
  });

  test('sign without a certificate says what to do', () => {
    const { status, stderr } = studio.run('sign');
    expect(status).toBe(1);
    expect(stderr).toContain('roots.coinslot:1:1: error: there is no such file\n  hint: your authority');
  });

  test('sign, sign again: the same bytes; compile; check', () => {
    studio.takeDemoFiles();
    studio.certify(Date.now());
    const first = studio.run('sign');
    expect(first.status, first.stderr).toBe(0);
    expect(first.stdout).toContain('new        level-3');
    const bytes = studio.read('price-list.coinslot');
    const again = studio.run('sign');
    expect(again.stdout).toContain('unchanged  level-3\nunchanged  thirty-minutes\nunchanged  bonus\n');
    expect(studio.read('price-list.coinslot').equals(bytes)).toBe(true);
    expect(studio.run('placements', 'compile').status).toBe(0);
    const check = studio.run('check');
    expect(check.status, check.stderr).toBe(0);
    expect(check.stdout).toMatch(/^bonus +1\.00 USD +USD 1\.00 +1,00 USD$/m);
  });

  test('a price changed after signing is found at its line, and signing again revises that offer alone', () => {
    studio.edit('offers.yaml', 'price: 0.50 EUR', 'price: 0.60 EUR');
    const check = studio.run('check');
    expect(check.status).toBe(1);
    expect(check.stderr).toContain('offers.yaml:40:5: error: offers[1]: not as it was signed');
    expect(studio.run('sign').stdout).toContain('unchanged  level-3\nrevised    thirty-minutes\nunchanged  bonus\n');
    expect(studio.run('check').status).toBe(0);
  });

  test('an offer taken out is kept as retired, with its terms', () => {
    const before = decodePriceList(Uint8Array.from(studio.read('price-list.coinslot'))).offers[2];
    const text = studio.read('offers.yaml').toString();
    studio.write('offers.yaml', text.slice(0, text.indexOf('  - id: bonus')));
    expect(studio.run('sign').stdout).toContain('retired    bonus');
    const after = decodePriceList(Uint8Array.from(studio.read('price-list.coinslot'))).offers[2];
    expect(after).toEqual({ ...before, retired: true });
    expect(studio.run('check').stderr).toContain('placements.yaml:49:12: error: campaigns[2].offer: no offer "bonus"');
  });

  test('check as of a later day finds what will have expired', () => {
    const { status, stderr } = studio.run('check', '--at', '2099-01-01');
    expect(status).toBe(1);
    expect(stderr).toContain('price-list.coinslot:1:1: error: CHAIN_EXPIRED');
  });

  test('compiled placements that are not what the file says are a fault', () => {
    const text = studio.read('placements.yaml').toString();
    studio.write('placements.yaml', text.slice(0, text.indexOf('  # The bonus night, for')));
    expect(studio.run('check').stderr).toContain('error: is not what placements.yaml says');
  });
});

describe('what sign refuses', () => {
  const studio = new Studio();
  beforeAll(() => {
    studio.run('init', '--name', 'Lumen Works');
    studio.takeDemoFiles();
  });
  afterAll(() => studio.remove());

  test('CHAIN_LIMIT: a price above the limit of the certificate, nothing written', () => {
    studio.certify(Date.now(), { ...LIMITS, topPrices: [{ amountMinor: 40n, currency: 'EUR' }] });
    const { status, stderr } = studio.run('sign');
    expect(status).toBe(1);
    expect(stderr.match(/^offers\.yaml.*$/gm)).toEqual([
      "offers.yaml:42:12: error: CHAIN_LIMIT: offers[1].price: above the certificate's top price of 40",
      'offers.yaml:57:12: error: CHAIN_LIMIT: offers[2].price: the certificate does not allow USD',
    ]);
    expect(() => studio.read('price-list.coinslot')).toThrow('ENOENT');
  });

  test('BAD_KEY: the certificate of another key', () => {
    const other = new Studio();
    other.run('init', '--name', 'Lumen Works');
    other.certify(Date.now());
    for (const name of ['publisher.chain.pem', 'roots.coinslot']) studio.write(name, other.read(name));
    other.remove();
    expect(studio.run('sign').stderr).toContain('publisher.chain.pem:1:1: error: BAD_KEY');
  });

  test('a key that others may read', () => {
    execFileSync('chmod', ['644', studio.path('publisher.key.pem')]);
    expect(studio.run('sign').stderr).toContain('publisher.key.pem:1:1: error: others may read this key');
  });
});

test('faults of both files come out of one run', () => {
  const studio = new Studio();
  studio.takeDemoFiles();
  studio.edit('offers.yaml', 'minutes: 30', 'minuts: 30');
  studio.edit('placements.yaml', 'pacing: balanced', 'pacing: balancd');
  const { status, stdout, stderr } = studio.run('check', '--sources');
  studio.remove();
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toBe(
    'offers.yaml:41:14: error: offers[1].grant.minuts: unknown word\n  hint: did you mean "minutes"?\n' +
      'placements.yaml:5:9: error: pacing: expected one of gentle, balanced, sparse\n  hint: did you mean "balanced"?\n',
  );
});
