/** What only a real browser can show: content policies, cookies and origins as it understands them. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';

import type { LinkPage } from '../../src/flows/link-page.ts';
import { chromiumOrSkip } from '../support/chromium.ts';
import { freePort } from '../support/ports.ts';
import { startServer } from './server.ts';

const page: LinkPage = {
  page: 'work',
  kind: 'connect',
  fleet: { name: 'North', supportContact: null },
  ownerName: 'Grace',
  problem: null,
  language: 'en',
  permissions: { required: ['read_location'], optional: [] },
  cars: [
    {
      connectionId: null,
      number: 'CAR-1',
      plate: null,
      make: 'VOLKSWAGEN',
      model: 'ID.3',
      year: 2023,
      state: 'toDo',
      cause: null,
      starts: 'grant',
      endedAt: null,
      steps: [],
    },
  ],
};

describe('in a real browser', () => {
  test('the button of a link leads through a redirect to Connect, and the same browser is known when it comes back', async (t) => {
    const browser = await chromiumOrSkip(t);
    if (!browser) return;
    let returned: { browser: string | null } | undefined;
    let left: string | undefined;
    const port = await freePort();
    const publicUrl = `http://127.0.0.1:${port}`;
    const connect = createServer((_request, response) =>
      response
        .setHeader('content-type', 'text/html')
        .end(`<a href="${publicUrl}/connect/callback?state=s&code=c">Allow</a>`),
    );
    await new Promise<void>((resolve) => connect.listen(0, '127.0.0.1', resolve));
    const connectOrigin = `http://127.0.0.1:${(connect.address() as AddressInfo).port}`; // it listens on a port
    const server = await startServer(
      {
        viewLink: () => Promise.resolve(page),
        startFromLink(_token, choice) {
          left = choice.browser;
          return Promise.resolve(`${connectOrigin}/oauth/authorize?state=s`);
        },
        returnFromConnect(_query, known) {
          returned = { browser: known };
          return Promise.resolve({ next: 'page', token: 'known' });
        },
      },
      { publicUrl, connectOrigin },
    );
    try {
      await server.app.listen({ port, host: '127.0.0.1' });
      const tab = await browser.newPage({ javaScriptEnabled: false });
      const complaints: string[] = [];
      tab.on('console', (message) => complaints.push(message.text()));
      await tab.goto(`${publicUrl}/o/known`);
      await tab.locator('form button').first().click();
      await tab.waitForURL(`${connectOrigin}/oauth/authorize?state=s`);
      await tab.getByRole('link', { name: 'Allow' }).click();
      await tab.waitForURL(`${publicUrl}/o/known`);
      assert.ok(left);
      assert.deepEqual(returned, { browser: left });
      assert.deepEqual(complaints, []);
    } finally {
      await browser.close();
      await server.close();
      connect.close();
    }
  });

  test("the API's pages can be read under the content policy", async (t) => {
    const browser = await chromiumOrSkip(t);
    if (!browser) return;
    const server = await startServer();
    try {
      const url = await server.app.listen({ port: 0, host: '127.0.0.1' });
      const tab = await browser.newPage();
      const complaints: string[] = [];
      tab.on('console', (message) => complaints.push(message.text()));
      await tab.goto(`${url}/api/docs/`);
      await tab.locator('.opblock-tag').first().waitFor();
      assert.deepEqual(complaints, []);
    } finally {
      await browser.close();
      await server.close();
    }
  });
});
