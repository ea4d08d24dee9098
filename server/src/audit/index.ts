/** The audit: see `audit.ts`. */
export { audit } from './audit.ts';
export { reportJson, reportText } from './report.ts';
export type { AuditOptions, AuditReport, CurrencyReport, Finding, FindingKind, OnWord } from './types.ts';
