/** HTML by tagged template: everything put in is text, unless it is HTML made here. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Part = string | number | Html | readonly Html[] | undefined | false;

export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.reduce((before, string, i) => `${before}${markup(parts[i - 1])}${string}`));
}

/** Several pieces as one. */
export const join = (parts: readonly Html[]): Html => new Html(parts.map((one) => one.text).join(''));

function markup(part: Part): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'string') return part.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
  if (typeof part === 'number') return String(part);
  return part.map((one) => one.text).join('');
}
