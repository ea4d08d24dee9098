/** Personalisation: what a blank card must be given, and that it is done once. */
import { describe, expect, it } from 'vitest';
import { CardTerminal, type CardConnection } from '@coinslot/card';
import { cardPossessionInput, verifyChain, verifySignature, type Alg, type CardIssue } from '@coinslot/protocol';
import { CHAIN_BIT, COMMANDS } from '../../card/src/applet/commands.ts';
import { encodeIssuerObjects, type IssuerObjects } from '../../card/src/applet/issuing.ts';
import { pinBlock, unblockBlock } from '../../card/src/terminal/pin-block.ts';
import { bytes16Of, NOON_MS } from '../lib/parties.ts';
import {
  ALGS,
  CardRig,
  keySpki,
  makeCardIssuer,
  parametersFor,
  PIN,
  ratesOf,
  roots,
  UNBLOCK_CODE,
  word,
} from './applet-parties.ts';

const secrets = { pin: PIN, unblockCode: UNBLOCK_CODE };

async function keyed(alg: Alg, name = 'card'): Promise<CardRig> {
  const rig = await CardRig.blank({ alg, name });
  rig.spki = await rig.use((terminal) => terminal.generateKey(alg));
  await rig.powerOnAndSelect();
  return rig;
}

function objectsOf(issue: CardIssue, changes: Partial<IssuerObjects> = {}): Uint8Array {
  const { cardId, userId, issuerKey, chain, parameters, rates } = issue;
  const own = {
    pin: pinBlock(PIN),
    unblockCode: unblockBlock(UNBLOCK_CODE),
    cardId,
    userId,
    issuerKey,
    chain,
    parameters,
    rates,
  };
  return encodeIssuerObjects({ ...own, ...changes });
}

describe.each(ALGS)('with %s', (_, alg) => {
  it('goes from blank to keyed to issued, and its chain leads to the root', async () => {
    const rig = await CardRig.blank({ alg });
    expect(await rig.use((terminal) => terminal.select())).toMatchObject({ lifeCycle: 'blank', version: 1 });
    rig.spki = await rig.use((terminal) => terminal.generateKey(alg));
    expect(await rig.use((terminal) => terminal.select())).toMatchObject({ lifeCycle: 'keyed', alg, spki: rig.spki });

    const challenge = bytes16Of('application');
    const possession = await rig.use((terminal) => terminal.possession(challenge));
    expect(verifySignature(rig.spki, cardPossessionInput(challenge, rig.spki), possession)).toBe(true);

    await rig.use((terminal) => terminal.personalise(rig.cardIssue(), secrets));
    const { file, card, standing, issuerKey, parameters, rates } = await rig.use((terminal) => terminal.info());
    expect(file).toMatchObject({ lifeCycle: 'issued', alg, spki: rig.spki, cardId: rig.cardId });
    expect(standing).toMatchObject({
      counter: 0,
      records: 0,
      parametersNumber: 1,
      rateTableId: 7,
      timeMs: NOON_MS - 86_400_000,
    });
    expect(issuerKey).toEqual(keySpki(rig.issuer));
    expect(parameters.value).toEqual(parametersFor(rig.cardId));
    expect(rates.value).toEqual(ratesOf());
    const leaf = verifyChain({ chain: card.chain, roots, role: 'card', atMs: NOON_MS });
    expect(leaf).toMatchObject({ spki: rig.spki, card: { assurance: 'chip' } });
  });

  it('is personalised once: done again by the same issue, refused by another', async () => {
    const rig = await keyed(alg);
    const issue = rig.cardIssue();
    for (let i = 0; i < 2; i++) await rig.use((terminal) => terminal.personalise(issue, secrets));
    const other = rig.cardIssue({ cardId: bytes16Of('other') });
    await expect(rig.use((terminal) => terminal.personalise(other, secrets))).rejects.toMatchObject({
      code: 'CARD_STATE',
    });
  });

  it.each<[string, string, (rig: CardRig) => Promise<Partial<IssuerObjects>> | Partial<IssuerObjects>]>([
    ['all as it should be', '9000', () => ({})],
    [
      "a certificate in its name, of another card's key",
      '6982',
      async (rig) => {
        const { spki } = await keyed(alg, 'other');
        return { chain: [rig.certificate({ publicKey: spki }), ...rig.issuer.chain] };
      },
    ],
    [
      'a card id that the certificate does not name',
      '6982',
      (rig) => {
        const cardId = bytes16Of('other');
        return { cardId, parameters: rig.parametersEnvelope(parametersFor(cardId)) };
      },
    ],
    [
      "a certificate above it of the issuer's name and another key",
      '6982',
      (rig) => ({ chain: [rig.cardIssue().chain[0]!, ...makeCardIssuer(alg, 'issuer', 'twin').chain] }),
    ],
    ["another issuer's key", '6982', () => ({ issuerKey: keySpki(makeCardIssuer(alg, 'stranger')) })],
    [
      "a certificate above it of the issuer's key and another name",
      '6982',
      (rig) => ({ chain: [rig.cardIssue().chain[0]!, ...makeCardIssuer(alg, 'stranger', 'issuer').chain] }),
    ],
    ['an issuer of the other algorithm', '6982', (rig) => rig.cardIssue({}, makeCardIssuer(alg === 1 ? 2 : 1))],
    [
      'a certificate that another issuer has signed',
      '6982',
      (rig) => {
        const stranger = makeCardIssuer(alg, 'stranger');
        return { chain: [rig.cardIssue().chain[0]!, ...stranger.chain], issuerKey: keySpki(stranger) };
      },
    ],
    ["an issuer's certificate in its place", '6982', (rig) => ({ chain: rig.issuer.chain })],
    [
      'one bit of the certificate turned',
      '6982',
      (rig) => {
        const { chain } = rig.cardIssue();
        const own = chain[0]!;
        return { chain: [own.with(own.length - 1, own[own.length - 1]! ^ 1), ...chain.slice(1)] };
      },
    ],
    [
      'a certificate above the issuer that is not its issuer',
      '6982',
      (rig) => ({ chain: [...rig.cardIssue().chain.slice(0, 2), rig.cardIssue().chain[1]!] }),
    ],
    [
      'one bit of the signature turned that the issuer has from above',
      alg === 1 ? '6982' : '9000', // the one above the issuer is of Ed25519, which a card of P-256 cannot verify
      (rig) => {
        const [own, issuer, ...above] = rig.cardIssue().chain;
        return { chain: [own!, issuer!.with(issuer!.length - 1, issuer!.at(-1)! ^ 1), ...above] };
      },
    ],
    [
      "another issuer's parameters",
      '6982',
      (rig) => ({ parameters: rig.parametersEnvelope(parametersFor(rig.cardId), makeCardIssuer(alg, 'stranger')) }),
    ],
    [
      "another card's parameters",
      '6982',
      (rig) => ({ parameters: rig.parametersEnvelope(parametersFor(bytes16Of('other'))) }),
    ],
    [
      "another issuer's rates",
      '6982',
      (rig) => ({ rates: rig.ratesEnvelope(ratesOf(), makeCardIssuer(alg, 'stranger')) }),
    ],
    ['rates where parameters belong', '6a80', (rig) => ({ parameters: rig.ratesEnvelope(ratesOf()) })],
    ['a PIN of letters', '6a80', () => ({ pin: new TextEncoder().encode('ABCDEFGH') })],
    ['an unblock code of four digits', '6a80', () => ({ unblockCode: pinBlock('1234') })],
  ])('PERSONALISE, %s: %s', async (_name, expected, bend) => {
    const rig = await keyed(alg);
    const data = objectsOf(rig.cardIssue(), await bend(rig));
    expect(word((await rig.send('PERSONALISE', { data })).statusWord)).toBe(expected);
    const { lifeCycle } = await rig.use((terminal) => terminal.select());
    expect(lifeCycle).toBe(expected === '9000' ? 'issued' : 'keyed');
  });
});

describe.each(ALGS)('P1, P15: on the way to a card with %s', (_, alg) => {
  /** Personalises over a wire on which the objects are changed for these. */
  async function personaliseBent(rig: CardRig, change: (issue: CardIssue) => Partial<IssuerObjects>): Promise<string> {
    const issue = rig.cardIssue();
    const bent = objectsOf(issue, change(issue));
    await rig.icc.powerOn();
    const connection: CardConnection = {
      atr: new Uint8Array(),
      transmit: (apdu) => {
        const [cla = 0, ins = 0] = apdu;
        if (ins !== COMMANDS.PERSONALISE.ins) return rig.icc.transmit(apdu);
        if ((cla & CHAIN_BIT) !== 0) return Promise.resolve(Uint8Array.of(0x90, 0x00));
        const length = [0, bent.length >> 8, bent.length & 0xff];
        return rig.icc.transmit(Uint8Array.from([cla, ins, 0, 0, ...length, ...bent]));
      },
      exclusive: (work) => work(),
      close: () => Promise.resolve(),
    };
    return new CardTerminal(connection).personalise(issue, secrets).then(
      () => 'done',
      ({ code, charged }: { code: string; charged: string }) => `${code} ${charged}`,
    );
  }

  it.each<[string, string, (issue: CardIssue) => Partial<IssuerObjects>]>([
    ['nothing', 'done', () => ({})],
    ['the PIN', 'done', () => ({ pin: pinBlock('1111') })],
    ['the unblock code', 'CARD_STATE no', () => ({ unblockCode: unblockBlock('11111111') })],
    ['the player', 'CARD_STATE no', () => ({ userId: bytes16Of('somebody else') })],
    ['the last certificate left out', 'CARD_STATE no', ({ chain }) => ({ chain: chain.slice(0, 2) })],
    [
      'a byte of the last certificate',
      'CARD_STATE no',
      ({ chain: [own, issuer, last] }) => {
        return { chain: [own!, issuer!, last!.with(last!.length - 1, last!.at(-1)! ^ 1)] };
      },
    ],
  ])('%s changed: %s', async (_name, expected, changes) => {
    const rig = await keyed(alg);
    expect(await personaliseBent(rig, changes)).toBe(expected);
    if (expected !== 'done') return;
    expect(await rig.use((terminal) => terminal.verifyPin(PIN))).toEqual({ verified: true, triesLeft: 3 });
    expect(await rig.use((terminal) => terminal.unblock(UNBLOCK_CODE, '9999'))).toMatchObject({ verified: true });
  });

  it('taken up again with another PIN: the card has the one that was chosen last', async () => {
    const rig = await keyed(alg);
    const issue = rig.cardIssue();
    await rig.use((terminal) => terminal.personalise(issue, secrets));
    await rig.use((terminal) => terminal.personalise(issue, { ...secrets, pin: '97531' }));
    expect(await rig.use((terminal) => terminal.verifyPin('97531'))).toMatchObject({ verified: true });
  });

  it('an issue whose chain does not hold is not sent at all', async () => {
    const rig = await keyed(alg);
    const [own, issuer, last] = rig.cardIssue().chain;
    const twin = makeCardIssuer(alg, 'issuer', 'twin').chain[0]!;
    for (const chain of [
      [own!, issuer!.with(issuer!.length - 1, issuer!.at(-1)! ^ 1), last!],
      [own!, twin, last!],
      [own!, last!],
    ]) {
      const issue = rig.cardIssue({ chain });
      await expect(rig.use((terminal) => terminal.personalise(issue, secrets))).rejects.toMatchObject({
        code: 'BAD_SIGNATURE',
      });
    }
    expect((await rig.use((terminal) => terminal.select())).lifeCycle).toBe('keyed');
  });
});

it('PERSONALISE with bytes that are no objects is 6a80', async () => {
  const rig = await keyed(1);
  expect(word((await rig.send('PERSONALISE', { data: objectsOf(rig.cardIssue()).slice(0, -1) })).statusWord)).toBe(
    '6a80',
  );
});
