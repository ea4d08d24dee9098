/**
 * What another wallet has put into words, beside what this one would say of the same terms: in a dispute bundle, nobody else has
 * signed what was granted as text. A wording that a wallet changes has to stay known here, or its older bundles fail.
 */
import { requireLine, type OwnWords, type Shown, type Terms } from '@coinslot/protocol';
import { isLanguage, type Language } from '../words/languages.ts';
import { paymentWords, type GrantWords } from '../words/payment-words.ts';
import { grantText } from './shown.ts';

const QUARTER_MS = 15 * 60_000;
/** Time zones go from UTC-12 to UTC+14 in steps of a quarter of an hour. */
const ZONES_MS = Array.from({ length: 26 * 4 + 1 }, (_, i) => i * QUARTER_MS - 12 * 4 * QUARTER_MS);
/** Between date and time, which newer tables of a language join by another word. */
const JOINT_CHARACTERS_MAX = 8;

/** `undefined` in a language that the wallet does not speak. Throws OFFER_TEXT for a contact that is never shown. */
export function ownWords({ locale, grant, date, offerTimeMs, refund }: Shown, terms: Terms): OwnWords | undefined {
  if (!isLanguage(locale)) return undefined;
  const words = paymentWords(locale);
  const contact = requireLine(terms.refund.contact, 'Terms.refund.contact');
  return {
    grant: isGrant(grant, terms.grant, words.grant, locale),
    date: isDate(date, offerTimeMs, locale),
    refund: refund === words.refund(terms.refund.days, contact),
  };
}

function isGrant(text: string, grant: Terms['grant'], words: GrantWords, language: Language): boolean {
  if (grant.kind !== 'until') return text === grantText(grant, words, language, 'UTC');
  const [before = '', after = ''] = words.until('\0').split('\0');
  if (!text.startsWith(before) || !text.endsWith(after)) return false;
  return isDate(text.slice(before.length, text.length - after.length), grant.untilMs, language);
}

/** This moment in words, in whatever time zone its player is. */
function isDate(text: string, atMs: number, language: Language): boolean {
  const format = (style: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
    new Intl.DateTimeFormat(language, { ...style, timeZone: 'UTC' });
  const [day, time] = [format({ dateStyle: 'long' }), format({ timeStyle: 'short' })];
  const said = plain(text);
  return ZONES_MS.some((zoneMs) => {
    const [first, last] = [plain(day.format(atMs + zoneMs)), plain(time.format(atMs + zoneMs))];
    const joint = said.length - first.length - last.length;
    return joint > 0 && joint <= JOINT_CHARACTERS_MAX && said.startsWith(first) && said.endsWith(last);
  });
}

/** Spaces, marks of direction and Arabic digits differ between tables of the same language. */
function plain(text: string): string {
  return text
    .replace(/[\u061c\u200e\u200f]/g, '')
    .replace(/\s+/g, ' ')
    .replace(/[\u0660-\u0669]/g, (digit) => String(digit.charCodeAt(0) - 0x660));
}
