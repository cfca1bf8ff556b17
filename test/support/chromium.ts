/** The browser that the machine has; nothing is downloaded. */
import { existsSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { chromium, type Browser } from 'playwright-core';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** Null when this machine has none. */
export async function openChromium(): Promise<Browser | null> {
  const executablePath = PLACES.find((path) => existsSync(path));
  if (executablePath === undefined) return null;
  // The sandbox needs an account of its own, which root isn't, and shared memory is small in containers.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

/** Skips the test by name when there is no browser: then it answers null, and the test must return. */
export async function chromiumOrSkip(t: TestContext): Promise<Browser | null> {
  const browser = await openChromium();
  if (browser === null) t.skip('Chromium is not installed');
  return browser;
}
