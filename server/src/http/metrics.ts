/** A handful of counters in the Prometheus text format 0.0.4. Label values are codes, doors and statuses: all bounded. */

export class Counters {
  readonly #counts = new Map<string, number>();

  /** `name` with labels, such as `requests_total{status="200"}`. */
  add(name: string, by = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + by);
  }

  /** `gauges` are read at the time of asking. */
  text(gauges: Readonly<Record<string, number>>): string {
    const lines: string[] = [];
    const families = new Set<string>();
    const write = (type: string, name: string, value: number): void => {
      const family = name.split('{')[0] as string;
      if (!families.has(family)) lines.push(`# TYPE coinslot_${family} ${type}`);
      families.add(family);
      lines.push(`coinslot_${name} ${value}`);
    };
    for (const name of [...this.#counts.keys()].sort()) write('counter', name, this.#counts.get(name) ?? 0);
    for (const [name, value] of Object.entries(gauges)) write('gauge', name, value);
    return `${lines.join('\n')}\n`;
  }
}
