/** The payment server's doors about cards: envelopes up, what its card issuers signed down. */
import {
  cardApplicationHash,
  decodeCardIssue,
  decodeCardKeys,
  decodeCardParameters,
  decodeCrls,
  decodeRateTable,
  decodeUploadAcknowledgement,
  equalBytes,
  ProtocolError,
  readEnvelope,
  type Alg,
  type CardIssue,
  type CardKeys,
  type CardParameters,
  type RateTable,
  type UploadAcknowledgement,
} from '@coinslot/protocol';
import { refusalOf } from '../account/account-door.ts';
import { openFromCardIssuer, type Trust } from '../account/server-envelope.ts';
import { WALLET_LIMITS } from '../limits.ts';
import { MESSAGE_CONTENT_TYPE, type HttpAnswer, type HttpDoor } from '../means/http-door.ts';
import type { Clock } from '../ports.ts';

export interface Opened<T> {
  readonly envelope: Uint8Array;
  readonly value: T;
}

/** Each call throws SERVER_UNREACHABLE without an answer, the server's refusal as a ProtocolError, or what does not verify. */
export class CardDoor {
  readonly #door: HttpDoor;
  readonly #trust: Trust;
  readonly #clock: Clock;

  constructor(door: HttpDoor, trust: Trust, clock: Clock) {
    this.#door = door;
    this.#trust = trust;
    this.#clock = clock;
  }

  async apply(application: Uint8Array): Promise<Opened<CardIssue>> {
    const envelope = await this.#post('/v1/cards', application);
    const value = decodeCardIssue(openFromCardIssuer(envelope, 'card-issue', this.#clock(), this.#trust));
    if (!equalBytes(value.applicationHash, cardApplicationHash(readEnvelope(application).body))) {
      throw new ProtocolError('DECISION_MISMATCH', 'CardIssue.applicationHash: answers another application');
    }
    return { envelope, value };
  }

  async upload(upload: Uint8Array): Promise<Opened<UploadAcknowledgement>> {
    const envelope = await this.#post('/v1/cards/uploads', upload);
    const body = openFromCardIssuer(envelope, 'upload-acknowledgement', this.#clock(), this.#trust);
    return { envelope, value: decodeUploadAcknowledgement(body) };
  }

  async parameters(request: Uint8Array): Promise<Opened<CardParameters>> {
    const envelope = await this.#post('/v1/cards/parameters', request);
    const body = openFromCardIssuer(envelope, 'card-parameters', this.#clock(), this.#trust);
    return { envelope, value: decodeCardParameters(body) };
  }

  /** What is sealed in it only the card opens. */
  async contentKeys(request: Uint8Array): Promise<Opened<CardKeys>> {
    const envelope = await this.#post('/v1/cards/keys', request);
    const body = openFromCardIssuer(envelope, 'card-keys', this.#clock(), this.#trust);
    return { envelope, value: decodeCardKeys(body) };
  }

  async rates(alg: Alg): Promise<Opened<RateTable>> {
    const envelope = messageOf(await this.#door.get(`/v1/cards/rates?alg=${alg}`, WALLET_LIMITS.attemptMs));
    const body = openFromCardIssuer(envelope, 'rate-table', this.#clock(), this.#trust);
    return { envelope, value: decodeRateTable(body) };
  }

  /** Reports a card as lost. The answer is unsigned: what it says shows in the next revocation list. */
  async lose(request: Uint8Array): Promise<void> {
    const answer = await this.#door.post('/v1/cards/lost', request, WALLET_LIMITS.attemptMs);
    if (answer.status !== 200) throw refusalOf(answer);
  }

  /** Lists as they come: whoever keeps them verifies them. */
  async crls(): Promise<readonly Uint8Array[]> {
    const answer = await this.#door.get('/v1/crls', WALLET_LIMITS.attemptMs);
    if (answer.status !== 200) throw refusalOf(answer);
    return decodeCrls(answer.body);
  }

  async #post(path: string, envelope: Uint8Array): Promise<Uint8Array> {
    return messageOf(await this.#door.post(path, envelope, WALLET_LIMITS.attemptMs));
  }
}

function messageOf(answer: HttpAnswer): Uint8Array {
  const isDone = answer.status === 200 || answer.status === 201;
  if (!isDone || answer.contentType !== MESSAGE_CONTENT_TYPE) throw refusalOf(answer);
  return answer.body;
}
