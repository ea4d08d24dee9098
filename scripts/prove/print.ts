/** What `npm run prove` writes: numbered steps, decoded messages, checks with a tick, and a count of what failed. */

export class Report {
  #step = 0;
  #passed = 0;
  #failed = 0;

  get passed(): number {
    return this.#passed;
  }

  get failed(): number {
    return this.#failed;
  }

  step(title: string): void {
    this.#step += 1;
    console.log(`\n${this.#step}. ${title}`);
  }

  line(text: string): void {
    console.log(`   ${text}`);
  }

  /** One check; a false one makes the whole run fail. */
  check(name: string, holds: boolean, detail = ''): void {
    if (holds) this.#passed += 1;
    else this.#failed += 1;
    console.log(`   ${holds ? '✓' : '✗ FAILED:'} ${name}${detail === '' ? '' : ` (${detail})`}`);
  }

  /** A message, field by field. */
  message(title: string, bytes: Uint8Array, fields: object): void {
    console.log(`   ${title}, ${bytes.length} bytes`);
    for (const [name, value] of Object.entries(fields)) console.log(`     ${name.padEnd(16)} ${inWords(value)}`);
  }
}

const SHOWN_BYTES = 12;

function inWords(value: unknown): string {
  if (value instanceof Uint8Array) {
    const hex = Buffer.from(value.subarray(0, SHOWN_BYTES)).toString('hex');
    return value.length > SHOWN_BYTES ? `${hex}… ${value.length} bytes` : hex;
  }
  if (value === undefined) return '-';
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return value.length === 0 ? '[]' : value.map(inWords).join(', ');
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .map(([name, one]) => `${name} ${inWords(one)}`)
      .join(', ');
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}
