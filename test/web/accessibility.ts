/** What axe finds on a page of the dashboard, by WCAG 2.2 A and AA; an empty list is what a test asks for. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';

import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** One line a fault: the rule, what it says, and where. `only`: the colours, where the rest was looked at already. */
export async function accessibilityFaults(page: Page, only?: 'colours'): Promise<string[]> {
  // A mail in its sandbox runs no script, axe's included; legacy mode needs no second tab.
  const axe = new AxeBuilder({ page }).exclude('iframe').setLegacyMode(true);
  const { violations } = await (only ? axe.withRules(['color-contrast']) : axe.withTags(rules)).analyze();
  return violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help} at ${node.target.join(' ')}`));
}

/** A folder that pictures of what was looked at go to; absent: none are taken. */
const pictures = process.env['TOWLINE_TEST_PICTURES'];

/** The page as it is now can be used by everybody, and nothing sticks out. `what`: its state, in a message and a picture's name. */
export async function isClean(page: Page, what: string): Promise<void> {
  if (pictures) {
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: `${pictures}/${what.replaceAll(/[^\w]+/g, '-')}.png`, fullPage: true });
  }
  assert.deepEqual(await accessibilityFaults(page), [], what);
  assert.equal(await sidewaysOverflowPx(page), 0, what);
}

/** The same on a phone and on a desktop, by day and by night; it is left as on a desktop by day. */
export async function isCleanEverywhere(page: Page, what: string): Promise<void> {
  for (const width of [390, 1_280]) {
    await page.setViewportSize({ width, height: 844 });
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await isClean(page, `${what}, ${width} ${colorScheme}`);
    }
  }
}

/** Takes every notice off the screen: one that is fading has colours that nobody reads. */
export async function dismissNotices(page: Page): Promise<void> {
  const notices = page.locator('.mantine-Notification-root');
  // Some wait behind those that are shown.
  while ((await notices.count()) > 0) {
    await notices
      .locator('button')
      .evaluateAll((crosses) => crosses.forEach((cross) => (cross as HTMLElement).click()));
    await notices.first().waitFor({ state: 'detached' });
  }
}

/** Whether something sticks out of the window sideways, which on a phone makes a page swim. */
export async function sidewaysOverflowPx(page: Page): Promise<number> {
  return page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth));
}
