/**
 * Texts of the kinds that break programs (G17 ... G20), written for this project: what a publisher, or whoever writes in a
 * publisher's name, might put into a text field.
 */
const SEEDS: readonly string[] = [
  // Nothing, and what programs take for nothing or for a number.
  ...[
    '',
    ' ',
    '\t',
    '\n',
    '\u00a0',
    'undefined',
    'null',
    'NULL',
    'nil',
    'true',
    'false',
    'NaN',
    'Infinity',
    '-Infinity',
  ],
  ...[
    '0',
    '-0',
    '0.0',
    '1/0',
    '1e400',
    '0x7fffffff',
    '9007199254740993',
    '-1',
    '00',
    '1.000,00',
    '1,000.00',
    '\u0661\u0662\u0663',
  ],
  ...['constructor', '__proto__', 'hasOwnProperty', 'toString', '[object Object]', '() => 1', '{}', '[]', ',,,'],
  // Amounts and names that are not the seller's to give.
  ...['EUR 0.00', 'Total: EUR 0.00', '\u20ac0,00', 'FREE', 'Paid', 'Sold by Lumen Works', 'Not now', 'Pay EUR 0.20'],
  // Direction, invisibles, tags, marks (G17, G19).
  ...[
    '\u202eRUE 00.0',
    '\u202d\u202e',
    '\u2066a\u2067b\u2068c\u2069',
    '\u200f\u200e',
    'a\u061cb',
    '\u200b\u200b\u200b',
    '\ufeff',
  ],
  ...[
    '\u00ad',
    'a\u2060b',
    '\u2028',
    '\u2029',
    '\u{e0041}\u{e0042}',
    '\u{e0001}',
    '\ufff9a\ufffab\ufffb',
    '\ufffe',
    '\ud800',
    '\udfff\ud800',
  ],
  ...[
    'Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319\u0324',
    'e' + '\u0301'.repeat(200),
    '\u0301\u0301',
    '\u{1f3fb}',
    '\u20dd',
  ],
  // Look-alikes (G18).
  ...[
    'Lum\u0435n W\u043erks',
    '\u0391pple',
    'PayP\u0430l',
    '\u0405team',
    '\uff30\uff41\uff59',
    '\u{1d5e3}\u{1d5ee}\u{1d606}',
    'rn1l|I',
    'micros\u00f8ft',
  ],
  // Scripts and emoji.
  ...[
    '\u4f60\u597d',
    '\u30c6\u30b9\u30c8',
    '\uc548\ub155',
    '\u0645\u0631\u062d\u0628\u0627',
    '\u05e9\u05dc\u05d5\u05dd abc',
    '\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35',
    '\u0928\u092e\u0938\u094d\u0924\u0947',
  ],
  ...[
    '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}',
    '\u{1f1e9}\u{1f1ea}',
    '\u{1f4a9}',
    '\u2122\u00ae\u00a9',
    '\ufdfd',
    '\u{12031}',
    '\u{1f595}\u{1f3ff}',
  ],
  // Markup, scripts, queries, commands, formats, terminals (G20).
  ...[
    '<b>x</b>',
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '"><svg onload=alert(1)>',
    '&lt;b&gt;&amp;',
    '<!--',
    ']]>',
  ],
  ...[
    'javascript:alert(1)',
    'data:text/html,x',
    '[x](http://e.example)',
    '**b**',
    '# h',
    '`c`',
    '${1+1}',
    '{{1+1}}',
    '#{1+1}',
    '<%= 1 %>',
  ],
  ...[
    "' OR 1=1 --",
    '1; DROP TABLE x',
    '$(id)',
    '`id`',
    '| cat',
    '../../etc/x',
    '%00',
    '%s%s%n',
    '%x',
    '{0}',
    '\u001b[2J\u001b[31m',
    '\u0007\u0008',
  ],
];

const long = (text: string): string =>
  text === '' ? '' : text.repeat(Math.ceil(10_000 / text.length)).slice(0, 10_000);

/** Ways in which a seed arrives: alone, beside harmless words, without end, line by line. */
const WRAPPINGS: readonly ((seed: string) => string)[] = [
  (seed) => seed,
  (seed) => `Level 3 ${seed} yours to keep`,
  long,
  (seed) => `${seed}\n`.repeat(40),
  (seed) => `${seed}${'W'.repeat(300)}${seed}`,
];

/** At least 485 of them, all different. */
export const NAUGHTY: readonly string[] = [...new Set(WRAPPINGS.flatMap((wrap) => SEEDS.map(wrap)))];
