/** The console's refund of a payment that it lists, made at the operator's own door. */
import type { Operator } from '../operator.ts';
import { refused } from '../web/answers.ts';
import type { WebDoor } from '../web/listener.ts';
import { actionDoor } from './action-door.ts';

const DECISION_ID = /^[0-9a-f]{32}$/;

export function refundDoors(operator: Operator, onChange: () => void): readonly WebDoor[] {
  return [
    actionDoor('/console/refunds', onChange, async ({ decisionId }) => {
      if (typeof decisionId !== 'string' || !DECISION_ID.test(decisionId))
        return refused(400, 'expected { "decisionId": hex }');
      await operator.refund(decisionId);
    }),
  ];
}
