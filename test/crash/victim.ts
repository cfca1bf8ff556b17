/**
 * A process to be killed: opens the real ground of the application and does what it is ordered to, one thing after
 * another, on the clock that the orders carry. What it reaches the world through is the harness's business.
 */
import { Logger, runOnce } from 'graphile-worker';
import { bindFlows, bindTasks, closeGround, listen, openGround, type AppOptions, type Ground } from '../../src/app.ts';
import { readConfig, type Config } from '../../src/config.ts';
import { applyWebhooks } from '../../src/flows/apply-webhooks.ts';
import { CallFailed, NotThereYet } from '../../src/flows/call-failed.ts';
import { completeDue } from '../../src/flows/complete-connect.ts';
import { eraseDue } from '../../src/flows/erase-owner.ts';
import { importDue } from '../../src/flows/import.ts';
import { moveDue } from '../../src/flows/move-due.ts';
import { grantsDue } from '../../src/flows/grants-due.ts';
import { deliverDue } from '../../src/flows/deliver.ts';
import { towline } from '../../src/domain/role.ts';
import { pollDue } from '../../src/flows/poll.ts';
import { reconnectDue } from '../../src/flows/reconnect-due.ts';
import { renewUnanswered } from '../../src/flows/renew-tokens.ts';
import { revokeDue } from '../../src/flows/revoke.ts';
import { sendDue } from '../../src/flows/send-commands.ts';
import type { Flows } from '../../src/http/needs.ts';
import { taskListOf } from '../../src/jobs/runner.ts';
import { listFleets } from '../../src/store/fleet.ts';
import { listLooseGrants } from '../../src/store/loose-grant-list.ts';
import { countOnV2, lockOpenMove } from '../../src/store/move.ts';
import { listImports } from '../../src/store/vehicle-import.ts';
import { createLog } from '../../src/log.ts';
import { simulatedSmartcar } from '../support/simulated-smartcar.ts';
import { obeyOrders, told } from './obey.ts';
import type { Opening, Order } from './orders.ts';

const clock = { now: new Date(0) };
const quiet = new Logger(() => () => undefined);
let ground: Ground | null = null;
let opened: AppOptions | null = null;
/** Listens from the first call on. */
let api: Awaited<ReturnType<typeof listen>> | null = null;
/** Where the simulator answers past every proxy. */
let simulatorOrigin = '';
const faults: string[] = [];

obeyOrders<Order>(faults, async (order) => {
  clock.now = new Date(order.now);
  return follow(order);
});

async function follow(order: Order): Promise<number | null> {
  if (order.do === 'open') ground = await openFor(order);
  if (!ground) throw new Error('Nothing is open.');
  const flows = bindFlows(ground);
  switch (order.do) {
    case 'open':
      return null;
    case 'return':
      await flows.returnFromConnect(order.query, order.browser, false, clock.now);
      return null;
    case 'webhook':
      return (await flows.receiveWebhook(Buffer.from(order.body, 'base64'), order.signature, clock.now)).status;
    case 'move':
      await wishOfMove(ground, flows, order.wish);
      return null;
    case 'end':
      await (order.what === 'access' ? disconnectAll(ground, flows) : forgetAll(ground, flows));
      return null;
    case 'confirm':
      await confirmHeld(ground, flows);
      return null;
    case 'reconnect':
      await reconnectAll(ground, flows);
      return null;
    case 'import':
      await wishOfImport(ground, flows, order.wish);
      return null;
    case 'command':
      return command(ground, flows, order);
    case 'settle':
      await settle(ground);
      return null;
    case 'close':
      await api?.close();
      api = null;
      await closeGround(ground);
      return null;
  }
}

/** What was done before is not done again: that is what an operator who presses twice sees. */
async function wishOfMove(on: Ground, flows: Flows, wish: 'start' | 'finish'): Promise<void> {
  for (const { id: fleetId } of await on.database.asSystem(listFleets)) {
    const context = { fleetId, actor: towline, requestId: null };
    const [open, left] = await on.database.asFleet(fleetId, async (tx) => [
      await lockOpenMove(tx),
      await countOnV2(tx),
    ]);
    if (wish === 'start' && !open && left > 0) await flows.planMove(context, { dryRun: false }, clock.now);
    if (wish === 'finish' && open) await flows.finishMove(context, open.id, clock.now);
  }
}

async function disconnectAll(on: Ground, flows: Flows): Promise<void> {
  for (const { id: fleetId } of await on.database.asSystem(listFleets)) {
    const context = { fleetId, actor: towline, requestId: null };
    const living = await on.database.asFleet(fleetId, (tx) =>
      tx.selectFrom('connection').select('vehicle_id').where('ended_at', 'is', null).execute(),
    );
    for (const { vehicle_id: id } of living) await flows.disconnect(context, id, clock.now);
  }
}

async function forgetAll(on: Ground, flows: Flows): Promise<void> {
  for (const { id: fleetId } of await on.database.asSystem(listFleets)) {
    const context = { fleetId, actor: towline, requestId: null };
    const owners = await on.database.asFleet(fleetId, (tx) =>
      tx.selectFrom('owner').select(['id', 'name']).where('erased_at', 'is', null).execute(),
    );
    for (const { id, name } of owners) await flows.eraseOwner(context, id, name, clock.now);
  }
}

/** Whatever is held, in every fleet. */
async function confirmHeld(on: Ground, flows: Flows): Promise<void> {
  const first = { limit: 10, after: null };
  for (const { id: fleetId } of await on.database.asSystem(listFleets)) {
    const held = await on.database.asFleet(fleetId, (tx) => listLooseGrants(tx, { state: 'held' }, first));
    for (const { id } of held) await flows.confirmGrant({ fleetId, actor: towline, requestId: null }, id, clock.now);
  }
}

/** The preview that is sent is the same one each time, as it is for an operator who presses twice. */
async function reconnectAll(on: Ground, flows: Flows): Promise<void> {
  for (const { id: fleetId } of await on.database.asSystem(listFleets)) {
    const context = { fleetId, actor: towline, requestId: null };
    const { at, cars } = await flows.previewReconnects(context, { filter: {}, except: [] }, clock.now);
    const seen = cars.map(({ car, verdict }) => ({ vehicleId: car.vehicleId, seen: verdict }));
    if (cars.length === 0) continue;
    const preview = { at, digest: Buffer.from('the preview'), selection: { chosen: cars.length }, cars: seen };
    await flows.sendReconnects(context, preview, clock.now);
  }
}

/** The same of an import. */
async function wishOfImport(on: Ground, flows: Flows, wish: 'start' | 'undo'): Promise<void> {
  for (const { id: fleetId } of await on.database.asSystem(listFleets)) {
    const context = { fleetId, actor: towline, requestId: null };
    const imports = await on.database.asFleet(fleetId, (tx) => listImports(tx, { after: null, limit: 1 }));
    for (const { id, state, hash } of imports) {
      if (wish === 'start' && state === 'previewed') await flows.startImport(context, id, hash, clock.now);
      if (wish === 'undo' && state === 'done') await flows.undoImport(context, id, clock.now);
    }
  }
}

/** The only car, by the whole way through the API. */
async function command(on: Ground, flows: Flows, order: Order & { do: 'command' }): Promise<number> {
  if (!opened) throw new Error('Nothing is open.');
  api ??= await listen(on, flows, opened);
  const call = async (method: string, path: string, body?: object): Promise<Response> =>
    fetch(`${api?.address ?? ''}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${order.apiKey}`,
        ...(body ? { 'content-type': 'application/json', 'idempotency-key': order.idempotencyKey } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
  const { items } = (await (await call('GET', '/vehicles')).json()) as { items: { id: string }[] };
  return (await call('POST', `/vehicles/${items[0]?.id ?? ''}/commands`, order.body)).status;
}

/** But for those whose answer the simulator streams later. */
async function commandsAnswered({ commandsUnderway }: Ground): Promise<void> {
  while (commandsUnderway.count() > 0) {
    const { streaming } = (await (await fetch(`${simulatorOrigin}/sim/api/requests`)).json()) as { streaming: number };
    if (commandsUnderway.count() <= streaming) return;
    await new Promise(setImmediate);
  }
}

/** Rounds of every loop and task until nothing more happens at this instant. */
async function settle(on: Ground): Promise<void> {
  const taskList = taskListOf(bindTasks(on));
  for (let round = 0; round < 20; round += 1) {
    const applied = await applyWebhooks(on, clock.now);
    const polled = (await renewUnanswered(on, clock.now)) + (await pollDue(on, clock.now));
    const sent = await sendDue(on, clock.now);
    await commandsAnswered(on);
    await runOnce({ pgPool: on.database.ownerPool, taskList, noHandleSignals: true, logger: quiet });
    await completeDue(on, clock.now);
    await revokeDue(on, clock.now);
    await eraseDue(on, clock.now);
    await grantsDue(on, clock.now);
    if (on.v2 && !on.grantsOnV2) await moveDue(on, clock.now);
    await reconnectDue(on, clock.now);
    await importDue(on, clock.now);
    const delivered = await deliverDue(on, clock.now);
    if (applied + polled + sent + delivered === 0 && round > 0) return;
  }
}

async function openFor(opening: Opening): Promise<Ground> {
  simulatorOrigin = opening.connectOrigin;
  opened = {
    config: configOf(opening),
    databaseUrl: opening.databaseUrl,
    keys: [{ id: 'test', key: Buffer.alloc(32, 7) }],
    clock: () => clock.now,
    chance: () => 0.5,
    log: createLog({ level: 'silent' }),
  };
  const onFault = (error: unknown, what: string): void => {
    if (!(error instanceof CallFailed || error instanceof NotThereYet)) faults.push(`${what}: ${told(error)}`);
  };
  return { ...(await openGround(opened)), onFault };
}

function configOf({ publicUrl, smartcarOrigin, connectOrigin, smtpUrl, speaks }: Opening): Config {
  return readConfig({
    TOWLINE_PUBLIC_URL: publicUrl,
    TOWLINE_DEMO: 'true',
    PORT: '0',
    ...simulatedSmartcar(speaks, { connect: connectOrigin, api: smartcarOrigin }),
    ...(smtpUrl === null ? {} : { SMTP_URL: smtpUrl, MAIL_FROM: 'fleet@towline.example' }),
  });
}
