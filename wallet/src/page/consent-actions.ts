/** What the page can ask for of automatic approvals, fairness rules and a child's wallet. */
import { GRANT_KINDS } from '@coinslot/protocol';
import { WalletError } from '../errors.ts';
import { FAIRNESS_MS_MAX } from '../journal/records.ts';
import { bad, gameOf, nonceOf, pinOf, textOf, type Action, type Fields } from './fields.ts';
import { amountOf } from './amounts.ts';

const DAY_MS = 86_400_000;

export const CONSENT_ACTIONS: Readonly<Record<string, Action>> = {
  /** A new one, or with `id` other figures for one that stands. */
  async allow({ profile, allowances }, fields) {
    const { currency } = profile.settings;
    const days = numberOf(fields, 'days', 366);
    const figures = {
      budgetMinor: amountOf(fields, 'budget', currency),
      perPaymentMaxMinor: amountOf(fields, 'perPayment', currency),
      endsAtMs: profile.clock() + days * DAY_MS,
    };
    if (fields['id'] !== undefined) {
      await allowances.change(textOf(fields, 'id'), figures, textOf(fields, 'pin'));
      return;
    }
    const grant = GRANT_KINDS.find((one) => one === fields['grant']);
    if (grant === undefined) throw bad('grant');
    await allowances.make(gameOf(profile, fields), { ...figures, grant }, textOf(fields, 'pin'));
  },
  'end-allowance': ({ allowances }, fields) => allowances.end(textOf(fields, 'id')),

  async fairness({ limits }, fields) {
    const ms = (name: string): number => numberOf(fields, name, FAIRNESS_MS_MAX / 1_000) * 1_000;
    const rules = {
      minBetweenOffersMs: ms('minBetweenSeconds'),
      quietAfterDeclineMs: ms('afterDeclineSeconds'),
      quietAfterLossMs: ms('afterLossSeconds'),
    };
    await limits.changeFairness(rules, pinOf(fields));
  },

  async family({ guardian, profile }, fields) {
    const { mode } = fields;
    const { currency } = profile.settings;
    if (mode !== 'off' && mode !== 'ask' && mode !== 'allowance') throw bad('mode');
    const isAllowance = mode === 'allowance';
    const dayMaxMinor = isAllowance ? amountOf(fields, 'day', currency) : 0n;
    const monthMaxMinor = isAllowance ? amountOf(fields, 'month', currency) : 0n;
    await guardian.changeRules({ mode, dayMaxMinor, monthMaxMinor }, textOf(fields, 'pin'));
  },
  'open-asked': ({ guardian }, fields) => guardian.open(nonceOf(fields)),
  'decline-asked': ({ guardian }, fields) => guardian.decline(nonceOf(fields), textOf(fields, 'pin')),
  'withdraw-asked': ({ guardian }, fields) => guardian.withdraw(nonceOf(fields)),
  'take-back': ({ guardian }, fields) => guardian.takeBack(textOf(fields, 'id'), textOf(fields, 'pin')),
};

function numberOf(fields: Fields, name: string, most: number): number {
  const value = fields[name];
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number) || number < 0 || number > most) {
    throw new WalletError('BAD_REQUEST', `${name}: expected a whole number, at most ${most}`);
  }
  return number;
}
