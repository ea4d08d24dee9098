/** Plurals by the language's own rules (CLDR, through `Intl.PluralRules`). */

/** A text for each form that a language tells apart; `other` where nothing more is said. `#` stands for the number. */
export type PluralForms = Readonly<Partial<Record<Intl.LDMLPluralRule, string>>> & { readonly other: string };

/** The speaker of one language: `plural(3, { one: '# payment', other: '# payments' })`. Figures are Latin, as amounts are. */
export function pluralsOf(locale: string): (count: number, forms: PluralForms) => string {
  const rules = new Intl.PluralRules(locale);
  const figures = new Intl.NumberFormat(locale, { numberingSystem: 'latn' });
  return (count, forms) => (forms[rules.select(count)] ?? forms.other).replaceAll('#', figures.format(count));
}
