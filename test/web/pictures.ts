/**
 * Takes a picture of every page of a running Towline, desktop and phone, light and dark, into `docs/pictures`.
 * `TOWLINE_PICTURES_URL` (or `--url`), `TOWLINE_PICTURES_LOGIN` as `email:password` (or `--login`), `TOWLINE_PICTURES_DIR` (or `--into`),
 * `TOWLINE_CHROMIUM` for another browser; `--only name` for one page.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';

const { values } = parseArgs({
  options: { url: { type: 'string' }, login: { type: 'string' }, into: { type: 'string' }, only: { type: 'string' } },
});
const { env } = process;
const url = (values.url ?? env['TOWLINE_PICTURES_URL'] ?? 'http://127.0.0.1:4000').replace(/\/$/, '');
const login = values.login ?? env['TOWLINE_PICTURES_LOGIN'] ?? '';
const into = values.into ?? env['TOWLINE_PICTURES_DIR'] ?? join(import.meta.dirname, '../../docs/pictures');

const sizes = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };
const themes = ['light', 'dark'] as const;

interface Shot {
  name: string;
  path: string;
  /** Brings the page into the state that is pictured. */
  prepare?: (page: Page) => Promise<void>;
}

const shots: readonly Shot[] = [
  { name: 'overview', path: '/' },
  { name: 'vehicles', path: '/vehicles?view=cards' },
  { name: 'vehicles-table', path: '/vehicles?view=table' },
  { name: 'vehicle-active', path: '/vehicles?status=active', prepare: openFirst },
  { name: 'vehicle-expired', path: '/vehicles?status=expired', prepare: openFirst },
  {
    name: 'vehicle-add',
    path: '/vehicles',
    prepare: (page) => page.getByRole('button', { name: 'Add vehicle' }).first().click(),
  },
  { name: 'rentals', path: '/rentals' },
  { name: 'alerts', path: '/alerts' },
  { name: 'commands', path: '/commands' },
  { name: 'messages', path: '/messages' },
  { name: 'reconnects', path: '/reconnects' },
  { name: 'mailbox', path: '/mailbox' },
  { name: 'from-smartcar', path: '/webhook-events' },
  { name: 'settings', path: '/settings' },
  { name: 'makes', path: '/settings/makes' },
  { name: 'request-budget', path: '/settings/budget' },
  { name: 'api-keys', path: '/settings/api-keys' },
  { name: 'events', path: '/settings/events' },
  { name: 'audit', path: '/settings/audit' },
  { name: 'going-live', path: '/settings/go-live' },
];

async function openFirst(page: Page): Promise<void> {
  const first = page.locator('a[data-vehicle]').first();
  if (!(await first.isVisible())) return; // a fleet may have no vehicle in this state
  await first.click();
  await page.getByRole('heading', { name: 'Connection' }).waitFor();
}

/** Pages are quiet when nothing is loading; the live stream never ends, so the network is no measure. */
async function settle(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor();
  await page.waitForFunction(() => !document.querySelector('.mantine-Skeleton-root'));
  await page.evaluate(() => document.fonts.ready);
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
}

async function signIn(page: Page): Promise<void> {
  const at = login.indexOf(':');
  await page.goto(`${url}/sign-in`);
  await page.getByLabel('E-mail').fill(login.slice(0, at));
  await page.getByLabel('Password', { exact: true }).fill(login.slice(at + 1));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
}

async function takeAll(
  browser: Browser,
  size: keyof typeof sizes,
  theme: (typeof themes)[number],
  state: string,
): Promise<number> {
  const context = await browser.newContext({
    viewport: sizes[size],
    colorScheme: theme,
    storageState: JSON.parse(state) as never,
    reducedMotion: 'reduce',
  }); // what playwright wrote itself
  const page = await context.newPage();
  const wanted = shots.filter(({ name }) => !values.only || name === values.only);
  for (const { name, path, prepare } of wanted) {
    await page.goto(url + path);
    await settle(page);
    await prepare?.(page);
    await settle(page);
    await page.screenshot({ path: join(into, `${name}-${size}-${theme}.png`), animations: 'disabled' });
  }
  await context.close();
  return wanted.length;
}

async function takeSignIn(browser: Browser): Promise<void> {
  for (const size of ['desktop', 'phone'] as const) {
    for (const theme of themes) {
      const page = await browser.newPage({ viewport: sizes[size], colorScheme: theme });
      await page.goto(`${url}/sign-in`);
      await settle(page);
      await page.screenshot({ path: join(into, `sign-in-${size}-${theme}.png`) });
      await page.close();
    }
  }
}

if (!login.includes(':')) {
  console.error('Say who signs in: TOWLINE_PICTURES_LOGIN=email:password (npm start prints the demo login).');
  process.exit(2);
}
await mkdir(into, { recursive: true });
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const browser = await chromium.launch({ executablePath: env['TOWLINE_CHROMIUM'] ?? '/usr/bin/chromium', args: flags });
try {
  const page = await browser.newPage();
  await signIn(page);
  const state = JSON.stringify(await page.context().storageState());
  let taken = 0;
  for (const size of ['desktop', 'phone'] as const)
    for (const theme of themes) taken += await takeAll(browser, size, theme, state);
  if (!values.only) await takeSignIn(browser);
  console.log(`${taken + (values.only ? 0 : 4)} pictures are in ${into}`);
} finally {
  await browser.close();
}
