import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chromiumOrSkip } from '../support/chromium.ts';
import { installedServers } from '../support/start-servers.ts';
import { testServers } from '../support/servers.ts';

const noServer = installedServers().length === 0 ? { skip: 'no PostgreSQL is installed' } : {};

test("the database suites run on this machine's own PostgreSQL too", noServer, async () => {
  const names = (await testServers()).map(({ name }) => name);
  assert.deepEqual(names, ['embedded', ...installedServers().map(({ name }) => name)]);
});

test('the browser of this machine opens a page', async (t) => {
  const browser = await chromiumOrSkip(t);
  if (browser === null) return;
  try {
    const page = await browser.newPage();
    await page.setContent('<h1>Here</h1>');
    assert.equal(await page.getByRole('heading').textContent(), 'Here');
  } finally {
    await browser.close();
  }
});
