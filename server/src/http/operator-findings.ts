/** The operator's door for findings: what is open, or over, newest first. */
import type { Finding } from '../findings/types.ts';
import type { StoreReader } from '../store/port.ts';
import { json } from './answer.ts';
import type { Door } from './doors.ts';
import { queryCount, requireOneOf } from './json-fields.ts';

export interface OperatorFindingServices {
  readonly store: Pick<StoreReader, 'findings'>;
  readonly pageMax: number;
}

const POSITION_MAX = 10n ** 18n - 1n;

/** `{ findings, next }`; `next` is the position before which it goes on, null at the end. */
export function operatorFindingsDoor({ store, pageMax }: OperatorFindingServices): Door {
  return {
    method: 'GET',
    path: '/v1/operator/findings',
    operator: true,
    async open({ query }) {
      const state = requireOneOf({ state: query.get('state') ?? 'open' }, 'state', ['open', 'over']);
      const before = query.has('before') ? queryCount(query, 'before', 0n, POSITION_MAX) : undefined;
      const count = Number(queryCount(query, 'count', BigInt(pageMax), BigInt(pageMax)));
      const list = state === 'open' ? 'listOpenFindings' : 'listEndedFindings';
      const findings = await store.findings[list](before, count);
      const next = findings.length < count ? null : (findings.at(-1)?.position ?? null);
      return json(200, { findings: findings.map(findingJson), next });
    },
  };
}

const findingJson = (finding: Finding): object => ({
  ...finding,
  money: finding.money ?? null,
  ended: finding.ended ?? null,
});
