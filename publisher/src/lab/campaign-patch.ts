/** What the page sets on one campaign, as the patch text that is applied to the document. */
import { stringify } from 'yaml';
import { FILE_START, FaultsError } from '../text/faults.ts';

/** `campaigns: [{ id, ...set }]`. Throws FaultsError for what is no campaign and no object. */
export function campaignPatch(file: string, campaign: unknown, set: unknown): string {
  if (typeof campaign !== 'string' || typeof set !== 'object' || set === null || Array.isArray(set))
    throw new FaultsError([{ file, ...FILE_START, message: 'expected { campaign, set }' }]);
  return stringify({ campaigns: [{ id: campaign, ...set }] });
}
