/** To which of several webhooks cars are subscribed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { chooseWebhook } from '../../src/flows/choose-webhook.ts';
import type { ListedWebhook } from '../../src/smartcar/smartcar.ts';

const listed = (id: string, sendsTo: string | null, name: string | null = null): ListedWebhook => ({
  ...{ id, name, sendsTo, sendsErrorsTo: null, isEnabled: null, triggers: null, signals: null },
});
const publicUrl = 'https://cars.example.com';
const ours = listed('ours', 'https://cars.example.com/webhooks/smartcar/', 'Cars');
const others = listed('others', 'https://booking.example.com/hook', 'Booking');
const bare = listed('bare', null);

test('the one that is named by id or name is taken, and none where none is called so', () => {
  const chosen = (webhook: string) => chooseWebhook([others, ours], { webhook, publicUrl })?.id ?? null;
  assert.deepEqual(['ours', 'Cars', 'Booking', 'nobody'].map(chosen), ['ours', 'ours', 'others', null]);
});

test('where none is named, the one that sends here is taken before the first', () => {
  const chosen = (...list: ListedWebhook[]) => chooseWebhook(list, { webhook: null, publicUrl })?.id ?? null;
  assert.equal(chosen(others, bare, ours), 'ours');
  assert.equal(chosen(bare, others), 'bare');
  assert.equal(chosen(), null);
});
