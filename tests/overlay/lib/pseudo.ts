/** A language that takes 40 % more room than English, made of English: what a translation may come to. */
import type { View } from '../../../overlay/src/dialog/view.ts';
import type { Words } from '../../../overlay/src/words/index.ts';

/** Every fifth letter pair doubled inside its word: 40 % longer, words and spaces where they were. */
const longer = (text: string): string =>
  text.replaceAll(/\p{L}{5}/gu, (five) => `${five.slice(0, 2)}${five.slice(0, 2)}${five.slice(2)}`);

function longerWords(words: Words): Words {
  const stretch = (value: unknown): unknown => {
    if (typeof value === 'string') return longer(value);
    if (typeof value === 'function')
      return (...of: unknown[]) => longer(String((value as (...given: unknown[]) => unknown)(...of)));
    return Object.fromEntries(Object.entries(value as object).map(([key, inner]) => [key, stretch(inner)]));
  };
  return { ...(stretch(words) as Words), locale: words.locale, direction: words.direction };
}

/** The view with every word longer; amounts stay, as they do in any language. */
export const stretched = (view: View): View => ({
  ...view,
  words: longerWords(view.words),
  passages: view.passages.map((passage) => ({
    ...passage,
    text: longer(passage.text),
    ...(passage.label === undefined ? {} : { label: longer(passage.label) }),
  })),
  amount: view.amount && {
    ...view.amount,
    label: longer(view.amount.label),
    text: view.amount.kind === 'words' ? longer(view.amount.text) : view.amount.text,
  },
  choices: view.choices.map((choice) => ({ ...choice, label: longer(choice.label) })),
});
