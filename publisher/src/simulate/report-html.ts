/** The report of a simulation as a page: one file that loads nothing and runs nothing. */
import { dayOf } from '../offers/dates.ts';
import type { Expectations } from '../placements/expect.ts';
import type { Distribution } from './figures.ts';
import { dayPlot, escaped, funnelPlot, histogram, niceStep, rangePlot, type Marker } from './plots.ts';
import { REPORT_STYLE } from './report-style.ts';
import {
  brokenText,
  expectationName,
  figureRows,
  GUESSED,
  guardText,
  moneyText,
  oneDigit,
  percent,
  PERCENTILES,
  ratio,
  SKIP_WORDS,
  wholeNumber,
} from './report-words.ts';
import type { SimulationResult } from './simulate.ts';
import { REASONS, type FunnelStep } from './tally.ts';

/** `again`: the command line that repeats it. */
export function reportHtml(result: SimulationResult, expectations: Expectations, again: string): string {
  const title = `Simulation of ${result.file}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="coinslot placements simulate">
<title>${escaped(title)}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<main>
${[
  ...header(result),
  ...guardRails(result, expectations),
  ...figures(result),
  ...plots(result),
  ...personas(result),
  ...funnels(result),
  ...skips(result),
  ...taken(result),
  '<h2>Once more</h2>',
  '<p>The same command gives the same players on any machine, with any number of threads.</p>',
  `<pre>${escaped(again)}</pre>`,
].join('\n')}
</main>
</body>
</html>
`;
}

function header({ players, days, fromMs, seed, file, tally, figures: found }: SimulationResult): readonly string[] {
  const { offersPerHour, firstOfferAfterMinutes, shareNeverAsked } = found;
  const tile = (value: string, name: string): string =>
    `<li><b>${escaped(value)}</b><span>${escaped(name)}</span></li>`;
  const first = firstOfferAfterMinutes.at(50);
  return [
    `<h1>What ${wholeNumber(players)} players would be offered</h1>`,
    `<p class="quiet">${days} days from ${dayOf(fromMs)} · seed ${escaped(seed)} · file ${file} · ${wholeNumber(tally.decisions)} decisions</p>`,
    `<p>${GUESSED} <a href="#taken">What is taken to be so</a></p>`,
    '<ul class="tiles">',
    tile(oneDigit(offersPerHour.at(50)?.value ?? 0), 'offers an hour of play, half the players stay at or below'),
    tile(
      first === null ? '-' : `${oneDigit(first.value)} min`,
      'of play before the first offer, for half of those asked',
    ),
    tile(percent(shareNeverAsked), 'of the players are never asked'),
    tile(ratio(tally.accepted, tally.accepted + tally.declined), 'of the offers shown are accepted'),
    '</ul>',
  ];
}

function guardRails({ broken }: SimulationResult, expectations: Expectations): readonly string[] {
  if (expectations.length === 0) return [];
  const items = expectations.map((one) => {
    const found = broken.find(({ expectation }) => expectation === one);
    const words = found === undefined ? 'holds' : brokenText(found);
    return `<li${found === undefined ? '' : ' class="broken"'}><b>${expectationName(one)}</b>: ${escaped(words)}</li>`;
  });
  const heading = broken.length === 0 ? 'Guard-rails: all hold' : `Guard-rails: ${broken.length} broken`;
  return [`<h2>${heading}</h2>`, '<ul class="rails">', ...items, '</ul>'];
}

function figures(result: SimulationResult): readonly string[] {
  const rows = figureRows(result).map(({ name, over, distribution, text }) => [
    name,
    ...[...PERCENTILES.map((one) => distribution.at(one)), distribution.max].map((one) =>
      one === null ? '-' : text(one.value),
    ),
    `${wholeNumber(distribution.count)} ${over}`,
  ]);
  const head = ['', ...PERCENTILES.map((one) => `p${one}`), 'most', 'over'];
  return ['<h2>Figures</h2>', ...table('What players get, by percentile', head, rows)];
}

function table(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
  wordsAt = -1,
): readonly string[] {
  const kind = (i: number): string => (i === wordsAt ? ' class="words"' : '');
  const cells = (row: readonly string[]): string =>
    row
      .map((cell, i) => (i === 0 ? `<th scope="row">${escaped(cell)}</th>` : `<td${kind(i)}>${escaped(cell)}</td>`))
      .join('');
  const heads = head.map((one, i) => (one === '' ? '<td></td>' : `<th scope="col"${kind(i)}>${escaped(one)}</th>`));
  return [
    `<div class="scroll" role="region" aria-label="${escaped(caption)}" tabindex="0"><table>`,
    `<caption>${escaped(caption)}</caption>`,
    `<thead><tr>${heads.join('')}</tr></thead>`,
    `<tbody>${rows.map((row) => `<tr>${cells(row)}</tr>`).join('\n')}</tbody></table></div>`,
  ];
}

const BARS = 20;

function plots(result: SimulationResult): readonly string[] {
  const { figures: found, tally } = result;
  const { offersPerHour, offersPerSession, firstOfferAfterMinutes, spendPerDay } = found;
  return [
    '<h2>How they are spread</h2>',
    '<div class="grid2">',
    card('Offers an hour of play', spread(offersPerHour, 'players', 'offers an hour', 0.25)),
    card('Play before the first offer', spread(firstOfferAfterMinutes, 'players who were asked', 'minutes of play', 1)),
    card('Offers in a session', counts(offersPerSession)),
    card(
      'Offers on each day, for a player who plays on it',
      dayPlot({
        label: `Offers by timing on each of ${tally.days.length} days, over players who play on it`,
        values: tally.days.map((day) => (day.players === 0 ? null : day.offers / day.players)),
        across: 'day since the first',
        value: (value) => String(Math.round(value * 100) / 100),
      }),
    ),
    ...[...spendPerDay].map(([currency, distribution]) => spendCard(currency, distribution)),
    '</div>',
  ];
}

const card = (title: string, ...body: readonly string[]): string =>
  `<section class="card"><h3>${escaped(title)}</h3>\n${body.join('\n')}\n</section>`;

const NOBODY = '<p class="quiet">Nobody, in this simulation.</p>';

/** Bars of an even width, wide enough that nearly all players fit; the last takes the rest. */
function spread(distribution: Distribution, who: string, across: string, least: number): string {
  if (distribution.count === 0) return NOBODY;
  const most = distribution.at(99)?.value ?? 0;
  const width = Math.max(least, niceStep(most, BARS));
  const steps = Math.max(4, Math.ceil((most + width / 2) / width));
  const shares = distribution.histogram(width, steps).map((one) => one / distribution.count);
  const markers = [50, 90].map((one): Marker => ({ value: distribution.at(one)!.value / width, label: `p${one}` }));
  const every = Math.ceil(steps / 8);
  const at = (i: number): string => String(Math.round(i * width * 100) / 100);
  return histogram({
    ...{ label: `Share of ${who} by ${across}: ${summary(distribution)}`, shares, across, markers, ticks: 'edges' },
    tick: (i) => (i % every !== 0 ? '' : i === steps ? `${at(i)}+` : at(i)),
  });
}

const summary = (distribution: Distribution): string =>
  [10, 50, 90].map((one) => `p${one} ${(distribution.at(one)?.value ?? 0).toFixed(1)}`).join(', ');

function counts(distribution: Distribution): string {
  const steps = Math.min(12, Math.max(4, (distribution.max?.value ?? 0) + 1));
  const shares = distribution.histogram(1, steps).map((one) => one / Math.max(1, distribution.count));
  const isCut = (distribution.max?.value ?? 0) >= steps;
  return histogram({
    ...{ label: `Share of sessions by offers: ${summary(distribution)}`, shares, ticks: 'bars' },
    ...{ across: 'offers shown by timing in one session' },
    tick: (i) => (isCut && i === steps - 1 ? `${i}+` : String(i)),
  });
}

/** Most days have no spending at all; the bars are of those that have. */
function spendCard(currency: string, distribution: Distribution): string {
  const none = distribution.histogram(1, 2)[0]!;
  const some = distribution.count - none;
  const title = `Spent on a day, ${currency}`;
  if (some === 0) return card(title, NOBODY);
  const most = distribution.max!.value;
  const width = Math.max(1, niceStep(most, 12));
  const steps = Math.floor(most / width) + 1;
  const bars = distribution.histogram(width, steps);
  const shares = bars.map((one, i) => (i === 0 ? one - none : one) / some);
  const every = Math.ceil(steps / 5);
  return card(
    title,
    histogram({
      ...{ label: `Share of days with spending by amount in ${currency}`, shares, ticks: 'edges' },
      across: `of the ${percent(some / distribution.count)} of days on which anything was spent`,
      tick: (i) => (i % every === 0 ? moneyText(i * width, currency) : ''),
    }),
  );
}

function personas({ personas: all }: SimulationResult): readonly string[] {
  const rows = all.map((one) => [
    ...[one.name, wholeNumber(one.players), wholeNumber(one.sessions), wholeNumber(Math.round(one.playedHours))],
    percent(one.shareNeverAsked),
    [...one.spend].map(([currency, minor]) => moneyText(minor / Math.max(1, one.players), currency)).join(' + '),
  ]);
  const range = (distribution: Distribution, name: string) => ({
    name,
    ...{ p10: distribution.at(10)?.value ?? 0, p50: distribution.at(50)?.value ?? 0 },
    p90: distribution.at(90)?.value ?? 0,
  });
  const perHour = all.map((one) => range(one.offersPerHour, one.name));
  const first = all.map((one) => range(one.firstOfferAfterMinutes, one.name));
  const label = (what: string, of: typeof perHour): string =>
    `${what} by persona: ${of.map((one) => `${one.name} p50 ${one.p50.toFixed(1)}`).join(', ')}`;
  return [
    '<h2>By persona</h2>',
    '<div class="grid2">',
    card(
      'Offers an hour of play',
      rangePlot({ label: label('Offers an hour', perHour), across: 'p10 to p90, the dot is p50', rows: perHour }),
    ),
    card(
      'Minutes of play before the first offer',
      rangePlot({ label: label('Minutes', first), across: 'p10 to p90, the dot is p50', rows: first }),
    ),
    '</div>',
    '<p></p>',
    ...table('Who played', ['persona', 'players', 'sessions', 'hours', 'never asked', 'spent a player'], rows),
  ];
}

function funnels({ tally }: SimulationResult): readonly string[] {
  const asked = `Players asked by themselves ${wholeNumber(tally.asked)} times, and accepted ${escaped(ratio(tally.askedAccepted, tally.asked))} of that.`;
  return [
    '<h2>From boundary to yes</h2>',
    `<p class="quiet">Eligible: the condition held, nothing of it was owned, the player is not held out. Due: pacing, caps and wallet let it. ${asked}</p>`,
    '<div class="grid2">',
    ...[...tally.funnel.values()].map(funnelCard),
    '</div>',
  ];
}

function funnelCard(step: FunnelStep): string {
  const { campaign, variant, offer } = step;
  const title = variant === offer ? `${campaign} → ${offer}` : `${campaign}, ${variant} → ${offer}`;
  const names = ['reached', 'eligible', 'due', 'shown', 'accepted'] as const;
  const steps = names.map((name, i) => {
    const before = i === 0 ? undefined : step[names[i - 1]!];
    const share = before === undefined || before === 0 ? '' : ` · ${ratio(step[name], before)}`;
    return { name, count: step[name], note: `${wholeNumber(step[name])}${share}` };
  });
  const held =
    step.heldBack === 0 ? [] : [`<p class="quiet">Held back by the payer’s guard: ${wholeNumber(step.heldBack)}.</p>`];
  const label = `${title}: ${steps.map((one) => `${one.name} ${one.note}`).join(', ')}`;
  return card(title, funnelPlot({ label, steps }), ...held);
}

function skips({ tally }: SimulationResult): readonly string[] {
  const rows = [...tally.skips].flatMap(([key, reasons]) => {
    const times = [...reasons.values()].reduce((sum, one) => sum + one, 0);
    if (times === 0) return [];
    const sorted = [...reasons].sort((a, b) => b[1] - a[1] || REASONS.indexOf(a[0]) - REASONS.indexOf(b[0]));
    const words = sorted.map(([reason, one]) => `${SKIP_WORDS[reason] ?? reason} ${ratio(one, times)}`);
    return [[key.replace(' ', ': '), wholeNumber(times), words.join(', ')]];
  });
  if (rows.length === 0) return [];
  return ['<h2>Why not</h2>', ...table('Reasons for not asking', ['placement: campaign', 'times', 'because'], rows, 2)];
}

function taken(result: SimulationResult): readonly string[] {
  const { game } = result;
  const never = game.unreached.map((name) => `${name} is never reached by this model`);
  return [
    '<h2 id="taken">What is taken to be so</h2>',
    `<p>The payer’s own guard: ${escaped(guardText(result))}. Personas are our guesses, measured on nobody, until a studio writes its own in <code>personas.yaml</code>; there it can also say what was guessed here:</p>`,
    `<ul class="plain">${[...game.told, ...never].map((one) => `<li>${escaped(one)}</li>`).join('')}</ul>`,
  ];
}
