/** Shapes refuse on writing what they refuse on reading, and name the field. */
import { describe, expect, it } from 'vitest';
import { ProtocolError, type Wire } from '@coinslot/protocol';
import {
  agreeing,
  amount,
  bytes,
  code,
  count,
  currencyCode,
  decodeAs,
  encodeAs,
  flag,
  grownRecord,
  identifier,
  list,
  localeTag,
  maybe,
  oneOf,
  protocolVersion,
  record,
  territoryCode,
  text,
  timeMs,
  webOrigin,
  type Shape,
} from '../../protocol/src/shape.ts';
import { refusalOf } from './refusals.ts';

/** A shape, values it takes with their wire form, and values it refuses in both directions. */
interface Row {
  readonly name: string;
  readonly shape: Shape<never>;
  readonly takes: readonly (readonly [value: unknown, wire: Wire])[];
  readonly refusesValues: readonly unknown[];
  readonly refusesWire: readonly Wire[];
}
const row = <T>(
  name: string,
  shape: Shape<T>,
  takes: readonly (readonly [value: T, wire: Wire])[],
  refusesValues: readonly unknown[],
  refusesWire: readonly Wire[],
): Row => ({ name, shape: shape as unknown as Shape<never>, takes, refusesValues, refusesWire });

const nothing = [undefined, null, {}, [], true];
const pair = record('Pair', { a: count(9), b: flag });
const ROWS: readonly Row[] = [
  row(
    'count(9)',
    count(9),
    [
      [0, 0],
      [9, 9],
    ],
    [...nothing, -1, -0, 10, 0.5, NaN, 1n, '1'],
    [10, 1n, '1', []],
  ),
  row(
    'amount',
    amount,
    [
      [0n, 0n],
      [2n ** 53n - 1n, 2n ** 53n - 1n],
    ],
    [...nothing, -1n, 2n ** 53n, 1, '1'],
    [1, 2n ** 53n, '1'],
  ),
  row(
    'timeMs',
    timeMs,
    [
      [0, 0n],
      [253_402_300_799_999, 253_402_300_799_999n],
    ],
    [...nothing, -1, 1n, 253_402_300_800_000, 0.5],
    [1, 253_402_300_800_000n, 'x'],
  ),
  row(
    'bytes(2, 3)',
    bytes(2, 3),
    [[Uint8Array.of(1, 2), Uint8Array.of(1, 2)]],
    [...nothing, 'ab', new Uint8Array(1), new Uint8Array(4)],
    ['ab', new Uint8Array(1), new Uint8Array(4), [1, 2]],
  ),
  row(
    'text(4)',
    text(4),
    [
      ['', ''],
      ['€a', '€a'],
      ['\n\u001b', '\n\u001b'],
    ],
    [...nothing, 'abcde', '€€', '\0', 'e\u0301', '\ud800', 1],
    ['abcde', '€€', 'a\0', 'e\u0301', 1],
  ),
  row(
    'identifier',
    identifier,
    [
      ['a', 'a'],
      ['A-1.b_c', 'A-1.b_c'],
    ],
    [...nothing, '', '-a', 'a b', 'a\n', 'a'.repeat(65)],
    ['', 'a b', 1],
  ),
  row('currencyCode', currencyCode, [['EUR', 'EUR']], [...nothing, 1], [1, []]),
  row('territoryCode', territoryCode, [['DE', 'DE']], [...nothing, 'de', 'DEU', ''], ['de', 'DEU', '', 1]),
  row(
    'localeTag',
    localeTag,
    [
      ['en', 'en'],
      ['zh-Hans-CN', 'zh-Hans-CN'],
    ],
    [...nothing, '', 'EN', 'e', 'en_US', 'en-', 'en-x', '../en'],
    ['EN', 'en_US', 1],
  ),
  row(
    'webOrigin',
    webOrigin,
    [
      ['https://a.example', 'https://a.example'],
      ['http://[::1]:8375', 'http://[::1]:8375'],
    ],
    [...nothing, 'null', 'https://a/'],
    ['null', 'https://A'],
  ),
  row(
    'oneOf',
    oneOf('red', 'blue'),
    [
      ['red', 1],
      ['blue', 2],
    ],
    [...nothing, 'green', 1, 'length'],
    [0, 3, 'red', 1n],
  ),
  row(
    'flag',
    flag,
    [
      [false, 0],
      [true, 1],
    ],
    [undefined, null, {}, 0, 1, 'yes'],
    [2, 1n, 'yes', []],
  ),
  row(
    'code',
    code,
    [
      ['BAD_ENCODING', 101],
      ['REFUNDED', 804],
    ],
    [...nothing, 'toString', '__proto__', 'APPROVED', 101],
    [0, 105, 1n, 'BAD_ENCODING'],
  ),
  row('protocolVersion', protocolVersion, [[1, 1]], [...nothing, 0, 2, 1n, '1'], [0, 2, 1n]),
  row(
    'list',
    list(count(9), 1, 2),
    [
      [[1], [1]],
      [
        [1, 1],
        [1, 1],
      ],
    ],
    [undefined, null, {}, [], [1, 2, 3], [10], '1'],
    [[], [1, 2, 3], [10], 1],
  ),
  row(
    'list without repeats',
    list(count(9), 0, 3, String),
    [
      [
        [1, 2],
        [1, 2],
      ],
    ],
    [[1, 1]],
    [[1, 1]],
  ),
  row(
    'maybe',
    maybe(count(9)),
    [
      [undefined, []],
      [3, [3]],
    ],
    [null, 10, [], {}],
    [3, [10], [1, 2], ''],
  ),
  row(
    'record',
    pair,
    [[{ a: 1, b: true }, [1, 1]]],
    [undefined, null, 1, {}, { a: 1 }, { b: true }],
    [[], [1], [1, 1, 1], 1, [[1, 1]]],
  ),
  row(
    'a record that has grown',
    grownRecord('Pair', { a: count(9), b: flag }, { c: count(3) }),
    [
      [{ a: 1, b: true, c: 2 }, [1, 1, 2]],
      [{ a: 1, b: true }, [1, 1]],
    ],
    [undefined, null, 1, {}, { a: 1, c: 2 }, { a: 1, b: true, c: null }, { a: 1, b: true, c: 4 }],
    [[], [1], [1, 1, 4], [1, 1, []], [1, 1, 2, 2], 1],
  ),
  row(
    'agreeing',
    agreeing(pair, ({ a, b }) => (b === a > 0 ? undefined : 'b: contradicts a')),
    [[{ a: 1, b: true }, [1, 1]]],
    [{ a: 0, b: true }, {}],
    [[0, 1], [1, 0], [1]],
  ),
];

describe.each(ROWS)('$name', ({ shape, takes, refusesValues, refusesWire }) => {
  it('takes its values in both directions', () => {
    for (const [value, wire] of takes) {
      expect(shape.toWire(value as never, 'field')).toEqual(wire);
      expect(shape.fromWire(wire, 'field')).toEqual(value);
    }
  });
  it('refuses everything else in both directions', () => {
    for (const value of refusesValues)
      expect(refusalOf(() => shape.toWire(value as never, 'field'))).toBe('BAD_ENCODING');
    for (const wire of refusesWire) expect(refusalOf(() => shape.fromWire(wire, 'field'))).toBe('BAD_ENCODING');
  });
});

describe('what is read', () => {
  const shape = record('Order', { lines: list(record('Line', { sku: identifier, pieces: count(99) }), 0, 3) });

  it('is frozen at every level', () => {
    const order = decodeAs(shape, 'Order', encodeAs(shape, 'Order', { lines: [{ sku: 'a', pieces: 1 }] }));
    expect([order, order.lines, order.lines[0]].map(Object.isFrozen)).toEqual([true, true, true]);
  });

  it('has its own fields only, whatever a value brings along', () => {
    const value = { lines: [], admin: true, ['__proto__']: { admin: true } };
    expect(Object.keys(decodeAs(shape, 'Order', encodeAs(shape, 'Order', value)))).toEqual(['lines']);
  });

  it('is refused with the path of the field', () => {
    const value = {
      lines: [
        { sku: 'a', pieces: 1 },
        { sku: 'b', pieces: 100 },
      ],
    };
    expect(() => encodeAs(shape, 'Order', value)).toThrow(
      new ProtocolError('BAD_ENCODING', 'Order.lines[1].pieces: expected 0 ... 99'),
    );
  });

  it('is TOO_LARGE above its own bound, in both directions', () => {
    const lines = [{ sku: 'a'.repeat(64), pieces: 1 }];
    expect(refusalOf(() => encodeAs(shape, 'Order', { lines }, 32))).toBe('TOO_LARGE');
    expect(refusalOf(() => decodeAs(shape, 'Order', encodeAs(shape, 'Order', { lines }), 32))).toBe('TOO_LARGE');
  });
});
