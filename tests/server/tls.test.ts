/** TLS of the server's own, met by a real TLS client, and proxies that are believed or not. */
import { execFileSync, spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { connect as connectPlain } from 'node:net';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { connect, type DetailedPeerCertificate } from 'node:tls';
import { encodeRoots } from '@coinslot/protocol';
import { toPem, writePrivateKey } from '@coinslot/authority';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ConfigError } from '../../server/src/config.ts';
import { bucketNameOf, trustedProxies } from '../../server/src/http/address.ts';
import type { TlsIdentity } from '../../server/src/http/tls.ts';
import { makeEnrolment, makeOffer, makePlayer, makeRequest, makeServerHolder, makeTree } from '../lib/parties.ts';
import { readDecision, startMarket, startServer, temporaryFolder } from './started-server.ts';

/** Self-signed for 127.0.0.1, by the openssl of the machine. */
function webCertificate(folder: string, name: string): TlsIdentity {
  const [key, cert] = [join(folder, `${name}.key.pem`), join(folder, `${name}.cert.pem`)];
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  execFileSync('openssl', ['req', ...kind, '-keyout', key, '-out', cert, ...subject], { stdio: 'ignore' });
  return { key: readFileSync(key, 'utf8'), chain: readFileSync(cert, 'utf8') };
}

let [first, second] = [
  { key: '', chain: '' },
  { key: '', chain: '' },
] as [TlsIdentity, TlsIdentity];
let folder = '';

beforeAll(() => {
  folder = execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim();
  [first, second] = [webCertificate(folder, 'first'), webCertificate(folder, 'second')];
  return () => execFileSync('rm', ['-r', folder]);
});

/** Asks over TLS, trusting one certificate and no other. */
function ask(
  port: number,
  trusted: string,
  options: RequestOptions = {},
  body?: Uint8Array,
): Promise<{ status: number; body: Uint8Array; certificate: DetailedPeerCertificate }> {
  return new Promise((done, fail) => {
    const all = { host: '127.0.0.1', port, path: '/readyz', ca: trusted, agent: false, ...options };
    const asked = httpsRequest(all, (answer) => {
      const certificate = (answer.socket as unknown as ReturnType<typeof connect>).getPeerCertificate(true);
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () =>
        done({ status: answer.statusCode ?? 0, body: Uint8Array.from(Buffer.concat(parts)), certificate }),
      );
    });
    asked.on('error', fail);
    asked.end(body);
  });
}

describe('TLS', () => {
  it('a purchase over it, and the certificate is the one that was given', async () => {
    const started = await startMarket({ tls: first });
    const player = makePlayer();
    const port = await started.server.listen(0, '127.0.0.1');
    const enrolment = makeEnrolment(player, started.holder);
    const head = { 'content-type': 'application/msgpack', 'content-length': enrolment.length };
    const enrolled = await ask(port, first.chain, { method: 'POST', path: '/v1/enrolments', headers: head }, enrolment);
    expect(enrolled.status).toBe(201);
    await started.server.service.players.topUp({
      userId: player.userId,
      amountMinor: 1_000n,
      currency: 'EUR',
      bankReference: 'first',
    });
    const request = makeRequest(player, started.holder, makeOffer(started.publisher));
    const headers = { 'content-type': 'application/msgpack', 'content-length': request.length };
    const answer = await ask(port, first.chain, { method: 'POST', path: '/v1/payments', headers }, request);
    expect(answer.status).toBe(200);
    expect(readDecision(started, answer.body).code).toBe('APPROVED');
    expect(new X509Certificate(first.chain).fingerprint256).toBe(answer.certificate.fingerprint256);
  });

  it('whoever trusts another certificate does not get through', async () => {
    const started = await startServer({ tls: first });
    const port = await started.server.listen(0, '127.0.0.1');
    await expect(ask(port, second.chain)).rejects.toThrow(/self-signed|unable to verify/);
  });

  it.each([
    ['plain HTTP', (port: number) => connectPlain(port, '127.0.0.1').end('GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n')],
    [
      'TLS 1.1',
      (port: number) =>
        connect({ port, host: '127.0.0.1', maxVersion: 'TLSv1.1', minVersion: 'TLSv1', rejectUnauthorized: false }),
    ],
    ['no handshake at all', (port: number) => connectPlain(port, '127.0.0.1')],
  ])('%s is cut, and nothing is answered', async (_, open) => {
    const started = await startServer({ tls: first, limits: { headerTimeMs: 300, timeCheckMs: 20 } });
    const port = await started.server.listen(0, '127.0.0.1');
    const socket = open(port);
    const heard: Buffer[] = [];
    socket.on('data', (part: Buffer) => heard.push(part));
    socket.on('error', () => undefined);
    await new Promise((closed) => socket.once('close', closed));
    expect(Buffer.concat(heard).toString('latin1')).not.toContain('HTTP/1.1');
    expect((await ask(port, first.chain)).status).toBe(200);
  });

  it('T3: a header that comes a byte at a time is cut over TLS as well', async () => {
    const started = await startServer({
      tls: first,
      limits: { headerTimeMs: 200, requestTimeMs: 50_000, timeCheckMs: 20 },
    });
    const port = await started.server.listen(0, '127.0.0.1');
    const socket = connect({ port, host: '127.0.0.1', ca: first.chain });
    const parts: Buffer[] = [];
    socket.on('data', (part: Buffer) => parts.push(part));
    socket.on('error', () => undefined);
    const drip = setInterval(() => void (socket.writable && socket.write('a')), 10);
    socket.write('GET /readyz HTTP/1.1\r\nX: ');
    await new Promise((closed) => socket.once('close', closed));
    clearInterval(drip);
    expect(Buffer.concat(parts).toString()).toMatch(/^HTTP\/1.1 408/);
  });

  it("is renewed while it serves; a key that is not the chain's changes nothing", async () => {
    const started = await startServer({ tls: first });
    const port = await started.server.listen(0, '127.0.0.1');
    expect((await ask(port, first.chain)).certificate.subject.CN).toBe('first');
    expect(() => started.server.renewTls({ key: first.key, chain: second.chain })).toThrow(ConfigError);
    expect((await ask(port, first.chain)).certificate.subject.CN).toBe('first');
    started.server.renewTls(second);
    expect((await ask(port, second.chain)).certificate.subject.CN).toBe('second');
  });

  it('cannot start with what does not belong together', async () => {
    await expect(startServer({ tls: { key: first.key, chain: second.chain } })).rejects.toThrow(ConfigError);
    await expect(startServer({ tls: { key: 'none', chain: 'none' } })).rejects.toThrow(ConfigError);
  });

  it('by configuration, read again at SIGHUP', async () => {
    const at = (name: string): string => join(home, name);
    const home = temporaryFolder();
    const tree = makeTree({ atMs: Date.now() });
    const holder = makeServerHolder(tree);
    writePrivateKey(at('key.pem'), holder.privateKey);
    writeFileSync(at('chain.pem'), toPem(holder.chain));
    writeFileSync(at('roots.coinslot'), encodeRoots(tree.roots));
    writeFileSync(at('tls.key.pem'), first.key, { mode: 0o600 });
    writeFileSync(at('tls.cert.pem'), first.chain);
    const settings = {
      environment: 'sandbox',
      port: 0,
      storePath: at('ledger.sqlite'),
      keyPath: at('key.pem'),
      chainPath: at('chain.pem'),
      rootsPath: at('roots.coinslot'),
      tlsKeyPath: at('tls.key.pem'),
      tlsChainPath: at('tls.cert.pem'),
      trustedProxies: '127.0.0.1, 10.0.0.0/8',
    };
    writeFileSync(at('config.json'), JSON.stringify(settings));
    const cli = resolve(import.meta.dirname, '../../server/src/cli.ts');
    const child = spawn(
      process.execPath,
      ['--conditions=coinslot-source', '--import', 'tsx', cli, 'start', '--config', at('config.json')],
      { env: { PATH: process.env['PATH'] }, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    onTestFinished(() => void child.kill('SIGKILL'));
    const lines = createInterface(child.stdout);
    const heard = (message: RegExp): Promise<{ port: number }> =>
      new Promise((done) => {
        lines.on('line', (line) => {
          const entry = JSON.parse(line) as { msg: string; port: number };
          if (message.test(entry.msg)) done(entry);
        });
      });
    const { port } = await heard(/^listening$/);
    expect((await ask(port, first.chain)).certificate.subject.CN).toBe('first');
    expect(Buffer.from((await ask(port, first.chain, { path: '/metrics' })).body).toString()).toMatch(
      /^process_open_fds \d+$/m,
    );

    writeFileSync(at('tls.cert.pem'), second.chain); // its key has not come yet
    const refused = heard(/^not reloaded/);
    child.kill('SIGHUP');
    await refused;
    expect((await ask(port, first.chain)).certificate.subject.CN).toBe('first');

    copyFileSync(join(folder, 'second.key.pem'), at('tls.key.pem'));
    const reloaded = heard(/^reloaded$/);
    child.kill('SIGHUP');
    await reloaded;
    expect((await ask(port, second.chain)).certificate.subject.CN).toBe('second');
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  });
});

describe('addresses', () => {
  it.each(['10.0.0.300', 'proxy.example', '10.0.0.0/33', '10.0.0.0/', '::/129', '10.0.0.0/8/8', '', '10.0.0.0/-1'])(
    '%j is no proxy to trust',
    (entry) => {
      expect(() => trustedProxies([entry])).toThrow(ConfigError);
    },
  );

  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::1', '2001:db8:1:2'],
    ['2001:0DB8:0001:0002:ffff::', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
  ])('%s shares the bucket of %s', (address, name) => {
    expect(bucketNameOf(address)).toBe(name);
  });
});
