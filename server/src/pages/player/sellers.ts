/** What players know publishers by: the name in their certificate. */
import type { Page } from '../page.ts';

export type SellerName = (publisherId: string) => string;

export async function sellerNames({ parts }: Page, ids: readonly (string | undefined)[]): Promise<SellerName> {
  const wanted = [...new Set(ids)].filter((id) => id !== undefined);
  const publishers = await Promise.all(wanted.map((id) => parts.store.findPublisher(id)));
  const names = new Map(publishers.map((one) => [one?.publisherId, one?.commonName]));
  return (publisherId) => names.get(publisherId) ?? publisherId;
}
