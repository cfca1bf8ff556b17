/** The whole world with a browser in front of it: an operator who can sign in, and tabs whose clock is the world's. */
import type { TestContext } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';

import { ensureAdministrator } from '../../src/http/people.ts';
import { chromiumOrSkip } from '../support/chromium.ts';
import { startWorld } from '../support/world.ts';
import type { World, WorldOptions } from '../support/world.ts';

export const operator = { email: 'ada@north.example', password: 'a long enough password' };

/** What a person holds, or sits at. */
export const desktop = { viewport: { width: 1_440, height: 900 } };
export const darkPhone = {
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  isMobile: true,
  colorScheme: 'dark',
} as const;

export interface Visit {
  world: World;
  browser: Browser;
  /** Somebody's own browser: its cookies, its size, its clock. */
  person(options?: Parameters<Browser['newContext']>[0]): Promise<BrowserContext>;
  /** Moves the world's clock and every browser's. */
  advance(seconds: number): Promise<void>;
  /** Moves on in small steps until something is so; fails after an hour of the world's time unless told. */
  until(what: string, isSo: () => Promise<boolean>, limitS?: number): Promise<void>;
  /** What browsers complained about in their consoles: content policies, failed scripts. */
  complaints: string[];
  close(): Promise<void>;
}

/**
 * A browser counts it as an error that nobody is signed in yet, that a password is wrong, that a link is closed and that
 * the simulator has no icon; and a mail's frame runs no script, not even the one that sets a test's clock.
 */
const isExpected = /status of 4(?:01|00|04|10) |:\d+\/favicon\.ico$|at about:srcdoc$/;

/** Null when this machine has no browser; the test is skipped by name then. */
export async function startVisit(t: TestContext, options: WorldOptions = {}): Promise<Visit | null> {
  const browser = await chromiumOrSkip(t);
  if (!browser) return null;
  const world = await startWorld(options);
  const administrator = { ...operator, name: 'Ada', fleetIds: [world.fleets[0]] };
  await ensureAdministrator(world.ground.database, administrator, world.now());
  const people: BrowserContext[] = [];
  const complaints: string[] = [];
  const advance = async (seconds: number): Promise<void> => {
    const then = new Date(world.now().getTime() + seconds * 1_000);
    // First, so that what the stream tells meanwhile is not in a browser's future.
    await Promise.all(people.map((person) => person.clock.setFixedTime(then)));
    await world.advance(seconds);
  };
  return {
    world,
    browser,
    complaints,
    advance,
    async person(options = {}) {
      const context = await browser.newContext({ timezoneId: 'Europe/Berlin', locale: 'en-GB', ...options });
      context.setDefaultTimeout(10_000);
      await context.clock.setFixedTime(world.now());
      context.on('console', (message) => {
        const text = `${message.text()} at ${message.location().url}`;
        if (message.type() === 'error' && !isExpected.test(text)) complaints.push(text);
      });
      context.on('weberror', (error) => void complaints.push(String(error.error())));
      people.push(context);
      return context;
    },
    async until(what, isSo, limitS = 3_600) {
      for (let waited = 0; waited < limitS; waited += 15) {
        if (await isSo()) return;
        await advance(15);
      }
      if (!(await isSo())) throw new Error(`Not in time: ${what}.`);
    },
    async close() {
      await browser.close();
      await world.close();
    },
  };
}

/** Signs the operator in, and waits for the overview. */
export async function signIn(page: Page, world: World): Promise<void> {
  await page.goto(`${world.publicUrl}/`);
  await page.getByLabel('E-mail').fill(operator.email);
  await page.getByLabel('Password', { exact: true }).fill(operator.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
}
