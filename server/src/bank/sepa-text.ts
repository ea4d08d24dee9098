/**
 * The characters that every bank's system takes (EPC217-08, "SEPA requirements for an extended character set"): Latin letters
 * without marks, digits, space and / - ? : ( ) . , ' +. Names in other scripts are written in Latin letters where there is a
 * usual way (Greek, Cyrillic); what has none becomes a full stop, which is what banks do to it otherwise.
 */

/** Small letters and what stands for them; capitals follow. First the Latin ones that do not fall apart into a letter and a mark. */
const LETTERS =
  'ßss æae œoe øo łl đd ðd þth ħh ıi ĸk ŋng ŧt əe ĳij ŉn ſs ' +
  // Greek, letter by letter (ISO 843).
  'αa βv γg δd εe ζz ηi θth ιi κk λl μm νn ξx οo πp ρr σs ςs τt υy φf χch ψps ωo ' +
  // Cyrillic, as passports have it (ICAO 9303).
  'аa бb вv гg дd еe жzh зz иi кk лl мm нn оo пp рr сs тt уu фf хkh цts чch шsh щshch ъie ыy эe юiu яia ' +
  'єie іi ґg ђd јj љlj њnj ћc џdz ѕdz';
const SIGNS =
  '&+ _- \u2010- \u2011- \u2012- \u2013- \u2014- \u2212- ' + "\u2018' \u2019' \u02bc' `' \"' \u00b4' [( ]) {( }) \\/";

const REPLACED: ReadonlyMap<string, string> = new Map([
  ...`${LETTERS} ${SIGNS}`.split(' ').flatMap((pair) => {
    const [sign = '', plain] = [pair.slice(0, 1), pair.slice(1)];
    return [
      [sign.toUpperCase(), plain.slice(0, 1).toUpperCase() + plain.slice(1)],
      [sign, plain],
    ] satisfies [string, string][];
  }),
  ['ẞ', 'SS'],
  ['ь', ''], // the soft sign is not written
  ['Ь', ''],
]);
const TAKEN = /^[A-Za-z0-9/\-?:().,'+ ]$/;
const NOT_PROVIDED = 'NOTPROVIDED';

/**
 * Text in that set, at most `lengthMax` characters, never empty: NOTPROVIDED stands for what has no letter or digit left. It neither
 * begins nor ends with a slash, nor has two of them in a row: to a bank's system they are marks of their own.
 */
export function sepaText(text: string, lengthMax: number): string {
  const plain = [...text.normalize('NFC')].map(plainSign).join('').replace(/\s+/g, ' ').replace(/\/+/g, '/');
  const cut = plain
    .replace(/^[/ ]+/, '')
    .slice(0, lengthMax)
    .replace(/[/ ]+$/, '');
  return /[A-Za-z0-9]/.test(cut) ? cut : NOT_PROVIDED.slice(0, lengthMax);
}

function plainSign(sign: string): string {
  if (TAKEN.test(sign)) return sign;
  if (/^[\s\p{Cc}\p{Zs}]$/u.test(sign)) return ' ';
  const base = [...sign.normalize('NFKD')].filter((one) => !/\p{M}/u.test(one));
  const plain = base.map((one) => REPLACED.get(one) ?? (TAKEN.test(one) ? one : '.')).join('');
  return REPLACED.get(sign) ?? plain;
}
