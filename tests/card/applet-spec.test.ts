/** `docs/spec/card.md` says what the applet does: offsets, worked commands, command table, status words. */
import { describe, expect, it } from 'vitest';
import { AID, COMMANDS, DATA_OBJECTS, type CommandName, type Header } from '../../card/src/applet/commands.ts';
import { SW } from '../../card/src/applet/status-words.ts';
import { fromStatus } from '../../card/src/terminal/errors.ts';
import { specPage } from './spec-card.ts';

const { written, worked } = await specPage();
const section = (heading: string): string => written.split(`\n## ${heading}\n`)[1]!.split('\n## ')[0]!;
const rows = (text: string): string[][] =>
  [...text.matchAll(/^\| (.*) \|$/gm)].map(([, row]) => row!.split(' | ').map((cell) => cell.trim()));
const two = (value: number): string => value.toString(16).toUpperCase().padStart(2, '0');

it('worked bytes are those of the applet', () => {
  expect(written).toBe(worked);
});

describe('the command table', () => {
  const table = rows(section('Commands')).filter(([, header]) => /^[0-9A-F]{2} /.test(header ?? ''));

  it('has every command, once', () => {
    const names = Object.keys(COMMANDS).map((name) => name.replaceAll('_', ' '));
    expect(table.map(([name]) => name).sort()).toEqual(names.sort());
  });

  it.each(Object.keys(COMMANDS) as CommandName[])('%s: its header', (name) => {
    const { cla, ins, p1, p2 }: Header = COMMANDS[name];
    const cells = table.find(([title]) => title === name.replaceAll('_', ' '))![1]!.split(' ');
    expect(cells.slice(0, 2)).toEqual([two(cla), two(ins)]);
    const fixed = [p1, p2].map((value, i) => (value === undefined ? cells[2 + i] : two(value)));
    expect(cells.slice(2)).toEqual(fixed);
  });

  it('names the application and the data objects', () => {
    expect(written).toContain(Buffer.from(AID).toString('hex').toUpperCase());
    for (const tag of Object.values(DATA_OBJECTS))
      expect(section('Commands')).toContain(tag.toString(16).toUpperCase().padStart(4, '0'));
  });
});

it.each(rows(section('Status words')).filter(([word]) => /^[0-9A-F]{4}$/.test(word!)))(
  'status word %s (%s) is %s',
  (word, _, codes) => {
    const statusWord = parseInt(word, 16);
    const names = Object.keys(COMMANDS) as CommandName[];
    const given = new Set(names.map((name) => fromStatus(statusWord, name).code));
    if (codes !== '' && codes !== undefined) expect([...given].sort()).toEqual(codes.match(/[A-Z]+_?[A-Z]+/g)!.sort());
  },
);

it('lists every status word', () => {
  const listed = rows(section('Status words')).map(([word]) =>
    word!.toLowerCase().replace('61xx', '6100').replace('63cx', '63c0'),
  );
  for (const statusWord of Object.values(SW)) expect(listed).toContain(statusWord.toString(16));
});
