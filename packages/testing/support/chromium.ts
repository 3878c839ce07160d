/** Finds the system's Chromium and starts it for a browser test, without any traffic of its own. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const USUAL_PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const candidates = process.env.CHROMIUM_PATH ? [process.env.CHROMIUM_PATH] : USUAL_PATHS;
const chromiumPath = candidates.find((path) => existsSync(path));

/** Why browser tests do not run here; undefined where they do. The tests print it, so that a skip is not taken for a pass. */
export const chromiumMissing =
  chromiumPath === undefined
    ? `Browser tests are skipped: no Chromium at ${candidates.join(' or ')}; install one, or name it in CHROMIUM_PATH.`
    : undefined;

export async function launchChromium(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error(chromiumMissing);
  return chromium.launch({
    executablePath: chromiumPath,
    args: [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
