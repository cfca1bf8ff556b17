/** What a result may look like, checked to the last member: a closed union says so in its type, and here it is looked at. */
import assert from 'node:assert/strict';
import { isDate } from 'node:util/types';
import { powertrains } from '../../src/domain/vehicle.ts';
import type { Failure } from '../../src/domain/failure.ts';
import type { Reading } from '../../src/domain/reading.ts';
import type { Answer } from '../../src/smartcar/answer.ts';
import type { Callback } from '../../src/smartcar/connect-callback.ts';
import { connectErrors } from '../../src/smartcar/connect-callback.ts';
import type { Page } from '../../src/smartcar/read.ts';
import type { ListedConnection, ListedSubscription, ListedWebhook, ReadSignals } from '../../src/smartcar/smartcar.ts';
import type { ParsedWebhook } from '../../src/smartcar/webhook/parsed-webhook.ts';
import { allMeanings } from '../domain/arbitraries.ts';

const known: readonly string[] = allMeanings;

/** How many names the prototypes have, so that a new one is seen. */
const inherited = (): number =>
  [Object.prototype, Array.prototype, Function.prototype].flatMap((one) => Reflect.ownKeys(one)).length;
const inheritedAtFirst = inherited();

/** The prototypes are as they were. */
export function isUnpolluted(): void {
  assert.equal(inherited(), inheritedAtFirst);
  assert.equal(Reflect.get({}, 'polluted'), undefined);
}

/** Plain data throughout: it can be walked, kept and sent on, and comes back as it was. */
export function isPlain(value: unknown): void {
  if (typeof value === 'string')
    return assert.ok(value.isWellFormed() && !value.includes('\0'), 'text that can be kept');
  if (typeof value === 'number') return assert.ok(Number.isFinite(value), 'a number that JSON can say');
  if (typeof value === 'boolean' || value === null) return;
  assert.ok(typeof value === 'object', `neither data nor null: ${typeof value}`);
  if (isDate(value)) return assert.ok(!Number.isNaN(value.getTime()), 'an instant that is one');
  const prototype: unknown = Object.getPrototypeOf(value);
  assert.ok(prototype === Object.prototype || prototype === Array.prototype, 'a plain object or list');
  for (const [key, inner] of Object.entries(value)) {
    assert.ok(!['__proto__', 'constructor'].includes(key), 'no name that reaches a prototype');
    isPlain(key);
    isPlain(inner);
  }
}

const has = (value: object, ...names: string[]): void => assert.deepEqual(Object.keys(value).sort(), [...names].sort());

function isText(value: string | null, most: number): void {
  if (value !== null)
    assert.ok(typeof value === 'string' && value.length > 0 && value.length <= most, `1 to ${most} long`);
}

/** Smartcar's ids go into headers and paths. */
export function isOpaqueId(value: string | null): void {
  if (value !== null) assert.match(value, /^(?!\.\.?$)[\x21-\x7E]{1,200}$/);
}

const earliest = new Date('2000-01-01T00:00:00Z');
const latest = new Date('2200-01-01T00:00:00Z');

export function isInstant(value: Date | null): void {
  if (value !== null) assert.ok(isDate(value) && value >= earliest && value < latest);
}

const failureNames = ['meaning', 'type', 'code', 'status', 'requestId', 'retryAfterS', 'resolutionUrl'];

export function isFailure(failure: Failure, ...more: string[]): void {
  has(failure, ...failureNames, ...more);
  assert.ok(known.includes(failure.meaning), failure.meaning);
  isText(failure.type, 100);
  isText(failure.code, 100);
  isOpaqueId(failure.requestId);
  isText(failure.resolutionUrl, 2_000);
  if (failure.status !== null) assert.ok(Number.isInteger(failure.status));
  if (failure.retryAfterS !== null) assert.ok(failure.retryAfterS >= 0 && failure.retryAfterS <= 86_400);
}

/** One of the union: a value that `isValue` accepts, or a failure. */
export function isAnswer<T>(answer: Answer<T>, isValue: (value: T) => void): void {
  isPlain(answer);
  if (!answer.ok) {
    has(answer, 'ok', 'failure');
    // One signal's own failure says which one, and when.
    return isFailure(answer.failure, ...('signal' in answer.failure ? ['signal', 'fetchedAt'] : []));
  }
  has(answer, 'ok', 'value', 'requestId');
  assert.equal(answer.ok, true);
  isOpaqueId(answer.requestId);
  isValue(answer.value);
}

/** What names the next page: v3's parameters, v2's place in the list, or its cursor. */
const pageLimits: Readonly<Record<string, number>> = { limit: 3, offset: 16, cursor: 4_000 };

export const isPageOf =
  <T>(isItem: (item: T) => void) =>
  (page: Page<T>): void => {
    has(page, 'items', 'next');
    page.items.forEach(isItem);
    for (const [name, value] of Object.entries(page.next ?? {})) {
      assert.ok(name.startsWith('page') || Object.hasOwn(pageLimits, name), name);
      assert.ok(value.length <= (pageLimits[name] ?? 200));
    }
  };

export function isReading(reading: Reading): void {
  has(reading, 'code', 'value', 'unit', 'measuredAt', 'fetchedAt', 'receivedAt');
  assert.match(reading.code, /^[\w-]{1,100}$/);
  assert.ok(reading.value !== null && reading.value !== '');
  assert.ok(JSON.stringify(reading.value).length <= 16_000);
  isText(reading.unit, 50);
  isInstant(reading.measuredAt);
  isInstant(reading.fetchedAt);
  isInstant(reading.receivedAt);
}

export function isReadSignals(read: Pick<ReadSignals, 'readings' | 'failures'>): void {
  read.readings.forEach(isReading);
  for (const failure of read.failures) {
    isFailure(failure, 'signal', 'fetchedAt');
    assert.match(failure.signal, /^[\w-]{1,100}$/);
    isInstant(failure.fetchedAt);
  }
}

interface Attributes {
  make: string | null;
  model: string | null;
  year: number | null;
  powertrain: string | null;
}

export function areAttributes({ make, model, year, powertrain }: Attributes): void {
  isText(make, 200 * 3); // some letters are several in upper case
  isText(model, 200);
  if (year !== null) assert.ok(Number.isInteger(year) && year >= 1900 && year <= 2200);
  if (powertrain !== null) assert.ok((powertrains as readonly string[]).includes(powertrain)); // widened only to ask
}

export function isListedConnection(one: ListedConnection): void {
  const ids = ['id', 'smartcarVehicleId', 'smartcarUserId'] as const;
  has(one, ...ids, 'externalId', 'permissions', 'make', 'model', 'year', 'powertrain', 'createdAt');
  for (const name of ids) isOpaqueId(one[name] as string); // an id is a text before it is a brand
  assert.ok(one.permissions.length <= 500 && one.permissions.every((permission) => permission.length <= 100));
  areAttributes(one);
  isInstant(one.createdAt);
}

export function isListedSubscription(one: ListedSubscription): void {
  has(one, 'id', 'webhookId', 'smartcarUserId', 'smartcarVehicleId');
  for (const id of Object.values(one)) isOpaqueId(id);
}

export function isListedWebhook(one: ListedWebhook): void {
  has(one, 'id', 'name', 'sendsTo', 'sendsErrorsTo', 'isEnabled', 'triggers', 'signals');
  isOpaqueId(one.id);
  isText(one.name, 200);
  for (const address of [one.sendsTo, one.sendsErrorsTo]) isText(address, 2_000);
  for (const code of [...(one.triggers ?? []), ...(one.signals ?? [])]) isText(code, 200);
}

const eventNames = ['kind', 'eventId', 'deliveryId', 'smartcarVehicleId', 'smartcarUserId', 'at', 'test', 'sequence'];

export function isParsedWebhook(parsed: ParsedWebhook): void {
  isPlain(parsed);
  switch (parsed.kind) {
    case 'verify':
      has(parsed, 'kind', 'challenge');
      return assert.match(parsed.challenge ?? 'none', /^[A-Za-z0-9_-]{1,64}$/);
    case 'legacy':
      has(parsed, 'kind', 'reason');
      return isText(parsed.reason, 500);
    case 'unreadable':
      has(parsed, 'kind', 'reason', 'eventId');
      isText(parsed.reason, 100);
      return isOpaqueId(parsed.eventId);
    case 'state':
      has(parsed, ...eventNames, 'first', 'readings', 'failures');
      isVehicleEvent(parsed);
      assert.ok(parsed.readings.length + parsed.failures.length <= 500);
      return isReadSignals(parsed);
    case 'error':
      has(parsed, ...eventNames, 'claimed', 'cleared');
      isVehicleEvent(parsed);
      return [...parsed.claimed, ...parsed.cleared].forEach(isClaim);
  }
}

type VehicleEvent = ParsedWebhook & { kind: 'state' | 'error' };

function isVehicleEvent(event: VehicleEvent): void {
  for (const id of [event.eventId, event.deliveryId, event.smartcarVehicleId, event.smartcarUserId]) isOpaqueId(id);
  assert.ok(event.eventId.length > 0 && event.smartcarVehicleId.length > 0);
  isInstant(event.at);
  assert.equal(typeof event.test, 'boolean');
  if (event.sequence !== null) assert.ok(Number.isInteger(event.sequence) && event.sequence >= 0);
}

function isClaim(claim: (ParsedWebhook & { kind: 'error' })['claimed'][number]): void {
  isFailure(claim, 'signals');
  assert.ok(claim.signals.length <= 500);
  for (const code of claim.signals) assert.match(code, /^[\w-]{1,100}$/);
}

export function isCallback(callback: Callback): void {
  isPlain(callback);
  switch (callback.kind) {
    case 'unreadable':
      return has(callback, 'kind');
    case 'error':
      isText(callback.state, 500);
      assert.ok([...connectErrors, 'other'].includes(callback.error));
      return Object.values(callback.detail).forEach((text) => isText(text, 500));
    case 'returned':
      isText(callback.state, 500);
      isOpaqueId(callback.userId);
      isOpaqueId(callback.vehicleId);
      return isText(callback.externalId, 500);
  }
}
