import type { PlacementsFile } from '@coinslot/plugin';

/** What the game's host serves below `coinslot/`: the publisher's signed files, and where this machine's parties are. */
export interface ShopFiles {
  priceList: Uint8Array;
  placements: PlacementsFile;
  roots: Uint8Array;
  /** Revocation lists. */
  crls: Uint8Array;
  settings: Settings;
}

/** Where things are; no secrets. */
export interface Settings {
  walletPort: number;
  /** The sandbox's console, where failures are switched on; absent when live. */
  consoleUrl?: string;
  /** Throwaway keys and test money. */
  sandbox: boolean;
}

/** Fetches the files; null when any of them is not to be had, and then nothing is for sale. */
export async function fetchShopFiles(base: URL, get: typeof fetch = fetch): Promise<ShopFiles | null> {
  const file = async (name: string): Promise<Response> => {
    const response = await get(new URL(`coinslot/${name}`, base));
    // A host that answers everything with its page is not one that has the file.
    if (!response.ok || response.headers.get('content-type')?.startsWith('text/html'))
      throw new Error(`${name}: ${response.status}`);
    return response;
  };
  try {
    const [priceList, placements, roots, crls, settings] = await Promise.all(
      ['price-list.coinslot', 'placements.json', 'roots.coinslot', 'crls.coinslot', 'settings.json'].map(file),
    );
    return {
      priceList: new Uint8Array(await priceList!.arrayBuffer()),
      placements: (await placements!.json()) as PlacementsFile,
      roots: new Uint8Array(await roots!.arrayBuffer()),
      crls: new Uint8Array(await crls!.arrayBuffer()),
      settings: (await settings!.json()) as Settings,
    };
  } catch {
    return null;
  }
}
