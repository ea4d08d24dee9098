/** A boundary with its outcome, its reason in words, and behind it every check with the values it met. */
import type { ExplainedCampaign, TimingDecision } from '../timing/index.ts';
import { element } from './elements.ts';
import { CHECKS, metText, outcomeText, REASONS } from './words.ts';

/** `beside`: what stands to the right of the name. */
export function boundaryView(name: string, decision: TimingDecision, beside: string, open = false): HTMLLIElement {
  const summary = element(
    'summary',
    '',
    ...[element('span', 'name', name), element('time', '', beside)],
    element('span', 'outcome', outcomeText(decision)),
  );
  const details = element('details', '', summary, checksView(decision.explain()));
  details.open = open;
  const item = element('li', decision.show ? 'shows' : '', details);
  item.dataset['placement'] = name;
  return item;
}

function checksView(campaigns: readonly ExplainedCampaign[]): HTMLElement {
  const box = element('div', 'checks');
  for (const { campaign, checks } of campaigns) {
    // What comes after the first that fails was not looked at for the outcome; it is told all the same.
    const rows = checks.map((check) => {
      const words = (check.passed ? CHECKS : REASONS)[check.reason];
      const row = element('li', check.passed ? '' : 'failed', words);
      const met = metText(check);
      if (met !== '') row.append(element('span', 'soft', ` · ${met}`));
      return row;
    });
    const failed = checks.filter((check) => !check.passed).length;
    const words = failed === 0 ? 'everything holds' : `${failed} of ${checks.length} checks fail`;
    box.append(element('b', '', `${campaign}: ${words}`), element('ul', '', ...rows));
  }
  if (campaigns.length === 0) box.append(element('p', 'soft', REASONS['no-placement']));
  return box;
}
