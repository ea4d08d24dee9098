/** Personalisation: what a blank card must be given, and that it is done once. */
import { describe, expect, it } from 'vitest';
import { cardPossessionInput, verifyChain, verifySignature, type Alg, type CardIssue } from '@coinslot/protocol';
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
    const rig = await CardRig.issued({ alg });
    await rig.use((terminal) => terminal.personalise(rig.cardIssue(), secrets));
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

it('PERSONALISE with bytes that are no objects is 6a80', async () => {
  const rig = await keyed(1);
  expect(word((await rig.send('PERSONALISE', { data: objectsOf(rig.cardIssue()).slice(0, -1) })).statusWord)).toBe(
    '6a80',
  );
});
