/** Which lines of the timeline are events, when an endpoint is tried again, and when it is given up. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import { eventOf, eventTypes, isEventType } from '../../src/domain/event.ts';
import { alertAfterS, givenUpAfterS, judge, nextTryAt, retryAfterS } from '../../src/domain/event-delivery.ts';
import type { DeliveryAnswer } from '../../src/domain/event-delivery.ts';
import { newId } from '../../src/domain/ids.ts';
import { after } from '../../src/domain/schedule.ts';
import { timelineKinds } from '../../src/domain/timeline.ts';
import type { Happening } from '../../src/domain/timeline.ts';
import { statuses } from '../../src/domain/cause.ts';

const now = new Date('2026-05-04T08:00:00Z');
const around = { connectionId: null, causedBy: 'towline' } as const;
const line = (kind: Happening['kind'], more: Partial<Happening> = {}): Happening => ({
  ...{ kind, at: now, via: 'poll', requestId: null },
  ...more,
});
const answered = (status: number, wait: number | null = null): DeliveryAnswer => ({
  came: true,
  status,
  retryAfterS: wait,
  text: '',
});
const nothing: DeliveryAnswer = { came: false, problem: 'tooSlow' };

test('a change of a connection is an event named after its new status, with what it was before', () => {
  for (const status of statuses) {
    const [from, to] = [{ status: 'active', cause: null } as const, { status, cause: null }];
    assert.deepEqual(eventOf(line('connection.changed', { from, to }), around), {
      type: `connection.${status}`,
      data: { ...to, previous: from, ...around },
    });
  }
  assert.ok(statuses.every((status) => isEventType(`connection.${status}`)));
});

test('a connection that was just made waits for data, and was nothing before', () => {
  assert.deepEqual(eventOf(line('connection.connected'), around), {
    type: 'connection.pending',
    data: { status: 'pending', cause: null, previous: null, ...around },
  });
});

test('of all lines of the timeline those of the list are events under their own name, and no others', () => {
  const events = timelineKinds.filter((kind) => eventOf(line(kind), around)?.type === kind);
  assert.deepEqual(
    events,
    timelineKinds.filter((kind) => isEventType(kind)),
  );
  // One is told by a line of another name, one by no line at all.
  const others = ['connection.broken_in_rental', 'vehicle.readiness_changed'];
  const reached = new Set([...events, ...statuses.map((status) => `connection.${status}`), ...others]);
  assert.deepEqual(new Set(eventTypes), reached, 'every type of the list can come');
});

test('ten tries over three days, and then no more', () => {
  const id = newId('evt', now);
  let at = now;
  let tries = 1;
  for (let next = nextTryAt(id, tries, nothing, at); next; next = nextTryAt(id, tries, nothing, at)) {
    assert.ok(next > at);
    at = next;
    tries += 1;
  }
  const days = (at.getTime() - now.getTime()) / 86_400_000;
  assert.equal(tries, retryAfterS.length + 1);
  assert.ok(days > 3 && days < 3.6, `${days}`);
});

test('a try comes no sooner than the schedule says, at most a tenth later, and the same for the same event', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: retryAfterS.length }), fc.date({ noInvalidDate: true }), (attempts, made) => {
      const id = newId('evt', new Date(Math.abs(made.getTime()) % 4e12));
      const at = nextTryAt(id, attempts, answered(500), now);
      const waitS = ((at?.getTime() ?? 0) - now.getTime()) / 1_000;
      const least = retryAfterS[attempts - 1] ?? 0;
      assert.ok(waitS >= least && waitS <= least * 1.1 + 0.001, `${waitS}`);
      assert.deepEqual(nextTryAt(id, attempts, answered(500), now), at);
    }),
  );
});

test('who says how long to wait with 429 or 503 is not asked sooner, but within a day', () => {
  const id = newId('evt', now);
  for (const status of [429, 503]) {
    assert.deepEqual(nextTryAt(id, 1, answered(status, 900), now), after(now, 900));
    assert.deepEqual(nextTryAt(id, 1, answered(status, 9_000_000), now), after(now, 86_400));
    assert.ok((nextTryAt(id, 2, answered(status, 1), now) ?? now) >= after(now, 300), 'nor sooner than otherwise');
  }
  assert.ok((nextTryAt(id, 1, answered(500, 900), now) ?? now) < after(now, 6), 'others are not listened to');
});

test('what a try says of the endpoint itself', () => {
  const sinceS = (seconds: number) => ({ failingSince: after(now, -seconds) });
  const well = { failingSince: null };
  assert.deepEqual(judge(well, answered(204), now), { failingSince: null, disable: null, alert: null });
  assert.deepEqual(judge(sinceS(60), answered(200), now), { failingSince: null, disable: null, alert: 'resolve' });
  assert.deepEqual(judge(well, answered(302), now), { failingSince: now, disable: null, alert: null });
  assert.deepEqual(judge(sinceS(alertAfterS - 1), nothing, now).alert, null);
  assert.deepEqual(judge(sinceS(alertAfterS), nothing, now), { ...sinceS(alertAfterS), disable: null, alert: 'open' });
  assert.deepEqual(judge(sinceS(givenUpAfterS), answered(500), now).disable, 'failing');
  assert.deepEqual(judge(well, answered(410), now), { failingSince: now, disable: 'gone', alert: 'open' });
});
