/** The report of a simulation for a terminal. */
import { dayOf } from '../offers/dates.ts';
import {
  figureRows,
  GUESSED,
  guardText,
  percent,
  PERCENTILES,
  ratio,
  SKIP_WORDS,
  tableText,
  wholeNumber,
  moneyText,
} from './report-words.ts';
import type { SimulationResult } from './simulate.ts';
import { REASONS } from './tally.ts';

/** Lines, without a line break at their ends. */
export function reportText(result: SimulationResult): readonly string[] {
  const { players, days, fromMs, seed, file, tally, figures, game } = result;
  return [
    `${wholeNumber(players)} players, ${days} days from ${dayOf(fromMs)}, seed ${seed}, file ${file}`,
    `${wholeNumber(tally.decisions)} decisions; the payer's own guard: ${guardText(result)}`,
    GUESSED,
    '',
    ...tableText(
      ['', 'over', ...PERCENTILES.map((one) => `p${one}`), 'most'],
      figureRows(result).map(({ name, over, distribution, text }) => [
        ...[name, `${wholeNumber(distribution.count)} ${over}`],
        ...[...PERCENTILES.map((one) => distribution.at(one)), distribution.max].map((one) =>
          one === null ? '-' : text(one.value),
        ),
      ]),
      2,
    ),
    `never asked  ${percent(figures.shareNeverAsked)} of the players`,
    '',
    ...tableText(
      ['campaign', 'variant', 'reached', 'eligible', 'due', 'held back', 'shown', 'accepted', 'of shown'],
      [...tally.funnel.values()].map((step) => [
        ...[step.campaign, step.variant],
        ...[step.reached, step.eligible, step.due, step.heldBack, step.shown, step.accepted].map(wholeNumber),
        ratio(step.accepted, step.shown),
      ]),
      2,
    ),
    `asked for by players themselves  ${wholeNumber(tally.asked)}, accepted ${ratio(tally.askedAccepted, tally.asked)}`,
    '',
    ...tableText(
      ['persona', 'players', 'sessions', 'hours', 'offers/h p50', 'p90', 'never asked', 'spent a player'],
      result.personas.map((one) => [
        ...[one.name, wholeNumber(one.players), wholeNumber(one.sessions), wholeNumber(Math.round(one.playedHours))],
        ...[50, 90].map((percentile) => one.offersPerHour.at(percentile)?.value.toFixed(1) ?? '-'),
        percent(one.shareNeverAsked),
        [...one.spend].map(([currency, minor]) => moneyText(minor / Math.max(1, one.players), currency)).join(' + '),
      ]),
      1,
    ),
    '',
    ...skipLines(result),
    'taken to be so (say it in personas.yaml):',
    ...game.told.map((line) => `  ${line}`),
    ...(game.unreached.length > 0 ? [`never reached by this model: ${game.unreached.join(', ')}`] : []),
  ];
}

function skipLines({ tally }: SimulationResult): readonly string[] {
  const rows = [...tally.skips].flatMap(([key, reasons]) => {
    const times = [...reasons.values()].reduce((sum, one) => sum + one, 0);
    const sorted = [...reasons].sort((a, b) => b[1] - a[1] || REASONS.indexOf(a[0]) - REASONS.indexOf(b[0]));
    const words = sorted
      .slice(0, REASONS_SHOWN)
      .map(([reason, one]) => `${SKIP_WORDS[reason] ?? reason} ${ratio(one, times)}`);
    return times === 0 ? [] : [[key.replace(' ', ': '), wholeNumber(times), words.join(', ')]];
  });
  return rows.length === 0 ? [] : [...tableText(['why not', 'times', ''], rows, 1, 2), ''];
}

const REASONS_SHOWN = 4;
