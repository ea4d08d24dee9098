/** The operator's console. Whoever has the token sees everything, so nothing here is anybody's own. */
import { showAccounts, showPlayer, showPublisher } from './accounts.ts';
import { downloadFile, showBank, takeNotice } from './bank.ts';
import { showConsole } from './console.ts';
import { endFindings, showFindings } from './findings.ts';
import { closePeriod, confirmClosing, showPeriod, showPeriods } from './periods.ts';
import { endRequest, showRequest, showRequests } from './refunds.ts';
import type { Route } from '../page.ts';

export const operatorRoutes: readonly Route[] = [
  { method: 'GET', path: '/operator', open: showConsole },
  { method: 'GET', path: '/operator/accounts', open: showAccounts },
  { method: 'GET', path: '/operator/accounts/player/:id', open: showPlayer },
  { method: 'GET', path: '/operator/accounts/publisher/:id', open: showPublisher },
  { method: 'GET', path: '/operator/periods', open: showPeriods },
  { method: 'GET', path: '/operator/periods/:period', open: showPeriod },
  { method: 'GET', path: '/operator/periods/:period/close', open: confirmClosing },
  { method: 'POST', path: '/operator/periods/:period/close', open: closePeriod },
  { method: 'GET', path: '/operator/bank', open: showBank },
  { method: 'POST', path: '/operator/bank/notices', open: takeNotice },
  { method: 'GET', path: '/operator/bank/files/:id', open: downloadFile },
  { method: 'GET', path: '/operator/findings', open: showFindings },
  { method: 'POST', path: '/operator/findings', open: endFindings },
  { method: 'GET', path: '/operator/refunds', open: showRequests },
  { method: 'GET', path: '/operator/refunds/:decision', open: showRequest },
  { method: 'POST', path: '/operator/refunds/:decision', open: endRequest },
];
