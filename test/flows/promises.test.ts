/** What holds after every course of events, in the database: each cause has its action, and what healed leaves nothing open. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';

import type { Connection } from '../../src/domain/connection.ts';
import type { FleetId, OwnerId } from '../../src/domain/ids.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import { defaultRequiredPermissions } from '../../src/domain/permission.ts';
import { heldOf, routeOf } from '../../src/domain/reconnect-route.ts';
import { claimReads } from '../../src/flows/budget.ts';
import { openMeter } from '../../src/flows/meter.ts';
import { openDatabase } from '../../src/store/database.ts';
import type { Database } from '../../src/store/database.ts';
import { findConnection } from '../../src/store/connection.ts';
import { observe } from '../../src/flows/observe.ts';
import { nextActionFor } from '../../src/texts/words.ts';
import { insertTokenSet } from '../../src/store/token-set.ts';
import { courseOfEvents, grantedTokens } from '../domain/arbitraries.ts';
import { data, disconnected, minuteOf, minutes, repaired } from '../domain/builders.ts';
import { createDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { addConnected, addOwner, makeFleet } from '../store/records.ts';

const courses = 30;
const connectOrigin = 'https://connect.smartcar.com';

describe('whatever happens to a connection', () => {
  let made: TestDatabase;
  let database: Database;
  let fleetId: FleetId;
  before(async () => {
    made = await createDatabase();
    database = openDatabase({ url: made.url });
    fleetId = await makeFleet(database);
    const times = { issuedAt: minutes(0), accessExpiresAt: minutes(120), refreshExpiresAt: minutes(60 * 24 * 60) };
    const family = { id: grantedTokens, fleetId, smartcarUserId: null, sealed: Buffer.from('sealed'), ...times };
    await database.asFleet(fleetId, (tx) => insertTokenSet(tx, family));
  });
  after(async () => {
    await database.close();
    await made.drop();
  });

  /** A new car, active since before anything happens, whose owner can be written to. */
  async function start(): Promise<Connection> {
    const ownerId = await ownerWithAddress();
    const at = minutes(-60);
    const times = { since: at, connectedAt: at, judgedAt: at, provedAt: minutes(-30), nextPollAt: minutes(0) };
    return addConnected(database, fleetId, { ...times, ownerId, permissions: [...defaultRequiredPermissions] });
  }

  async function ownerWithAddress(): Promise<OwnerId> {
    return database.asFleet(fleetId, async (tx) => {
      const ownerId = await addOwner(tx, fleetId);
      await tx
        .updateTable('owner')
        .set({ email_index: Buffer.from(ownerId), email_sealed: Buffer.from('sealed') })
        .where('id', '=', ownerId)
        .execute();
      return ownerId;
    });
  }

  const live = async (c: Connection, outcomes: readonly Outcome[]): Promise<Connection> => {
    const needs = { database, chance: () => 0.5, grantsOnV2: false };
    for (const outcome of outcomes)
      await observe(needs, { fleetId, connectionId: c.id, outcomes: [outcome] }, outcome.at);
    const now = await database.asFleet(fleetId, (tx) => findConnection(tx, c.id));
    assert.ok(now);
    return now;
  };

  async function openThings(c: Connection): Promise<Record<string, number>> {
    return database.asFleet(fleetId, async (tx) => {
      const alerts = await tx
        .selectFrom('alert')
        .select('id')
        .where('state', '<>', 'resolved')
        .where('key', 'like', `${c.id}:%`)
        .execute();
      const entries = await tx
        .selectFrom('request_connection')
        .select('state')
        .where('connection_id', '=', c.id)
        .where('state', '=', 'open')
        .execute();
      const asked = await tx
        .selectFrom('notification')
        .select('id')
        .where('owner_id', '=', c.ownerId)
        .where('kind', '=', 'reconnect')
        .where('state', '=', 'queued')
        .execute();
      return { alerts: alerts.length, requests: entries.length, messages: asked.length };
    });
  }

  const afterAll = (events: readonly Outcome[]): number => (events.length > 0 ? minuteOf(events.at(-1)!.at) : 0);

  test('no course of events leaves it without a cause and an action for somebody', async () => {
    await fc.assert(
      fc.asyncProperty(courseOfEvents(), async (events) => {
        const c = await live(await start(), events);
        if (c.status === 'active') return;
        assert.ok(c.cause, c.status);
        const held = heldOf(c, { required: defaultRequiredPermissions, v3: true, ownerKnown: true, connectOrigin });
        const action = nextActionFor(c.cause, c.status, routeOf(c, held));
        assert.ok(action && action.text.length > 3, c.cause);
      }),
      { numRuns: courses },
    );
  });

  test('a healed one leaves no open alert, no open request, and no message that waits', async () => {
    await fc.assert(
      fc.asyncProperty(courseOfEvents(false), async (events) => {
        const end = afterAll(events);
        const mend = [repaired(end + 1, { permissions: [...defaultRequiredPermissions] }), data(end + 3, end + 2)];
        const c = await live(await start(), [...events, ...mend]);
        assert.equal(c.status, 'active');
        assert.deepEqual(await openThings(c), { alerts: 0, requests: 0, messages: 0 });
      }),
      { numRuns: courses },
    );
  });

  test('one that was disconnected here is never read again, whatever is said of it afterwards', async () => {
    await fc.assert(
      fc.asyncProperty(courseOfEvents(false), async (events) => {
        const c = await live(await start(), [disconnected(0), ...events]);
        assert.deepEqual([c.cause, c.nextPollAt], ['disconnectedHere', null]);
        const budget = { capacity: 10_000, perMinute: 1, perMonth: null };
        const needs = { database, budget, meter: openMeter() };
        const due = await claimReads(needs, 10_000, 60, minutes(1_000_000));
        assert.ok(!due.some(({ connectionId }) => connectionId === c.id));
        assert.deepEqual(await openThings(c), { alerts: 0, requests: 0, messages: 0 });
      }),
      { numRuns: courses },
    );
  });
});
