/** The one way tests start a browser: a real Chrome or Chromium, found or installed as `npm test` does. */
import { chromium, type Browser } from 'playwright-core';
import { BROWSER_FLAGS, requireBrowser } from '../../scripts/machine.mjs';

/** `--disable-gpu` makes pictures byte-identical between launches; WebGL comes up in software. More flags may be added. */
export function launchBrowser(...flags: readonly string[]): Promise<Browser> {
  return chromium.launch({
    executablePath: requireBrowser(),
    args: [...BROWSER_FLAGS, '--disable-gpu', '--enable-unsafe-swiftshader', ...flags],
  });
}
