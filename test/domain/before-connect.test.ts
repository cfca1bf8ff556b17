/** What is told, or refused, before an owner is sent into Connect. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { beforeConnect, deliveries, stepFacts, stepsBefore } from '../../src/domain/before-connect.ts';
import type { BeforeConnect, Delivery, Way } from '../../src/domain/before-connect.ts';
import { lackingOf } from '../../src/domain/compatibility.ts';
import type { CompatibilityFound } from '../../src/domain/compatibility.ts';
import { appFacts, knownMakes } from '../../src/domain/make-facts.ts';
import { makePolicy } from '../../src/domain/make-policy.ts';
import type { MakeOverrides } from '../../src/domain/make-policy.ts';
import { defaultRequiredPermissions } from '../../src/domain/permission.ts';

const withCommands = defaultRequiredPermissions;
const readingOnly = ['read_location', 'read_odometer'];

const way = (make: string | null, delivery: Delivery, change: Partial<Way> = {}): Way => ({
  make: makePolicy(make),
  country: 'DE',
  delivery,
  asked: withCommands,
  ...change,
});
const tell = (...steps: Extract<BeforeConnect, { answer: 'tell' }>['steps']): BeforeConnect => ({
  answer: 'tell',
  steps,
});
const refuse = (reason: Extract<BeforeConnect, { answer: 'refuse' }>['reason']): BeforeConnect => ({
  answer: 'refuse',
  reason,
});
const none: BeforeConnect = { answer: 'none' };

test('an invitation is not mailed where only an app will do; who opens the link by hand is told [§5-12, §5-20, §5-37]', () => {
  const table: [string, Delivery, readonly string[], BeforeConnect][] = [
    ['FORD', 'email', withCommands, refuse('connectNeedsApp')],
    ['LINCOLN', 'email', readingOnly, refuse('connectNeedsApp')],
    ['FORD', 'link', withCommands, tell('appMayBeNeeded')],
    ['FORD', 'browser', withCommands, tell('appMayBeNeeded')],
    ['FORD', 'app', withCommands, none],
    ['RIVIAN', 'email', withCommands, refuse('commandsNeedApp')],
    ['RIVIAN', 'email', readingOnly, none],
    ['RIVIAN', 'link', withCommands, tell('phoneMayBePaired')],
    ['RIVIAN', 'app', withCommands, none],
    ['BMW', 'email', withCommands, none],
  ];
  for (const [make, delivery, asked, answer] of table)
    assert.deepEqual(beforeConnect(way(make, delivery, { asked })), answer, `${make} by ${delivery}`);
});

test('what an owner has to have or to be is told whatever the way [§2.5-3, §2.5-4, §5-11, §5-21, §5-29, §5-31, §5-34]', () => {
  for (const delivery of deliveries) {
    assert.deepEqual(beforeConnect(way('TESLA', delivery)), tell('phoneWithApp'));
    assert.deepEqual(beforeConnect(way('Audi', delivery)), tell('signInAsKeyUser'));
    assert.deepEqual(beforeConnect(way('VW', delivery)), tell('signInAsPrimaryUser'));
    assert.deepEqual(beforeConnect(way('BYD', delivery)), tell('secondAccount'));
    assert.deepEqual(beforeConnect(way('VOLVO', delivery)), tell('emailNotPhone'));
    assert.deepEqual(beforeConnect(way('NISSAN', delivery)), tell('noticesOfLocation'));
    assert.deepEqual(beforeConnect(way('MERCEDES-BENZ', delivery)), tell('vinAtHand'));
    assert.deepEqual(beforeConnect(way('MERCEDES-BENZ', delivery, { country: 'US' })), none);
    assert.deepEqual(beforeConnect(way('MERCEDES-BENZ', delivery, { country: null })), tell('vinAtHand'));
    assert.deepEqual(beforeConnect(way(null, delivery)), none);
  }
});

test('a fleet that knows better has every make invited by mail', () => {
  for (const make of knownMakes) {
    const makes: MakeOverrides = { [make]: { connectsInBrowser: true } };
    const before = beforeConnect(way(make, 'email', { make: makePolicy(make, { makes }) }));
    assert.notEqual(before.answer, 'refuse', make);
    assert.ok(stepsBefore(way(make, 'link', { make: makePolicy(make, { makes }) })).length <= 1, make);
  }
});

test('nothing but what has a source is told or refused', () => {
  const sourced = new Set([...stepFacts, ...appFacts].flatMap(({ makes }) => makes));
  for (const make of [...knownMakes, 'NEVERHEARDOF'])
    for (const delivery of deliveries)
      if (!sourced.has(make)) assert.deepEqual(beforeConnect(way(make, delivery)), none, make);
});

// — compatibility by VIN —

const found = (change: Partial<CompatibilityFound> = {}): CompatibilityFound => ({
  compatible: true,
  reason: null,
  capabilities: [
    { permission: 'read_battery', capable: true, lacks: null },
    { permission: 'read_battery', capable: false, lacks: 'smartcar' },
    { permission: 'read_fuel', capable: false, lacks: 'car' },
    { permission: 'control_security', capable: false, lacks: 'smartcar' },
    { permission: 'read_location', capable: true, lacks: null },
  ],
  ...change,
});

test('a permission is lacking when nothing that it opens works, and only where Smartcar says so [§2.8-6, §2.8-7]', () => {
  const asked = ['read_location', 'control_security', 'read_battery', 'read_fuel', 'read_odometer'];
  const lacking = [
    { permission: 'control_security', lacks: 'smartcar' },
    { permission: 'read_fuel', lacks: 'car' },
  ];
  assert.deepEqual(lackingOf(found(), asked, 'US'), lacking);
  assert.deepEqual(lackingOf(found(), asked, null), lacking, 'without a country Smartcar takes the United States');
  assert.deepEqual(lackingOf(found(), ['read_location'], 'US'), []);
  for (const country of ['DE', 'CA']) assert.equal(lackingOf(found(), asked, country), null);
  assert.equal(lackingOf(found({ compatible: false, reason: 'make' }), asked, 'US'), null);
});
