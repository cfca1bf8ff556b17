/** Every call of the API, tried from the other fleet on the real app: nothing is there, nothing changes, nothing is asked of Smartcar. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { hash } from '@node-rs/argon2';
import { newId } from '../../src/domain/ids.ts';
import type { FleetId } from '../../src/domain/ids.ts';
import { files, paths } from '../../src/http/contract/paths.ts';
import type { CallName, FileName } from '../../src/http/contract/paths.ts';
import type { Body } from '../../src/http/contract/routes.ts';
import { insertIncident } from '../../src/store/incident.ts';
import { addMember, ensurePerson } from '../../src/store/member.ts';
import { makeKey, makeRecords, makeVehicle } from '../http/server.ts';
import { startWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';
import { readTables } from './catalogue.ts';
import type { TableFacts } from './catalogue.ts';
import { snapshot } from './every-table.ts';

/** What ids of the other fleet a call can name. */
interface Theirs {
  vehicle: string;
  command: string;
  rental: string;
  endpoint: string;
  delivery: string;
  owner: string;
  alert: string;
  notification: string;
  event: string;
  key: string;
  move: string;
  reconnects: string;
  incident: string;
  make: string;
  grant: string;
  import: string;
}

/** A call that names something: 404, with a body that would be accepted for something of one's own. */
interface Naming<N extends CallName> {
  names: keyof Theirs;
  body?: Body<N>;
}

/** A call that names nothing in its path: its answer holds nothing of the other fleet. */
type Plain<N extends CallName> =
  | { answers: number; body?: Body<N> }
  /** Its body can name something of the other fleet: 404. */
  | { naming: (theirs: Theirs) => Body<N> };

type Line<N extends CallName> = (typeof paths)[N][1] extends `${string}:id${string}` ? Naming<N> : Plain<N>;

/** A line of any call, as the loops read it. */
interface AnyLine {
  names?: keyof Theirs;
  answers?: number;
  body?: unknown;
  naming?: (theirs: Theirs) => unknown;
}

/** One line a call: a call without one, or a line of the wrong kind, is an error of types. */
const lines: { readonly [N in CallName]: Line<N> } = {
  getOverview: { answers: 200 },
  getMe: { answers: 200 },
  listFleets: { answers: 200 },
  createFleet: { answers: 403, body: { name: 'A fleet of their own' } },
  countVehicles: { answers: 200 },
  listVehicles: { answers: 200 },
  createVehicle: { naming: ({ owner }) => ({ number: 'Borrowed owner', ownerId: owner }) },
  // Sent as JSON here, which is no file.
  importVehicles: { answers: 415, body: Buffer.from('Number') },
  listImports: { answers: 200 },
  getImport: { names: 'import' },
  listImportLines: { names: 'import' },
  applyImport: { names: 'import', body: { hash: 'of another list' } },
  undoImport: { names: 'import' },
  discardImport: { names: 'import' },
  getVehicle: { names: 'vehicle' },
  changeVehicle: { names: 'vehicle', body: { plate: 'STOLEN' } },
  connectVehicle: { names: 'vehicle', body: {} },
  reconnectVehicle: { names: 'vehicle', body: {} },
  disconnectVehicle: { names: 'vehicle', body: { when: 'now' } },
  checkVehicle: { names: 'vehicle' },
  sendCommand: { names: 'vehicle', body: { type: 'lock' } },
  listCommands: { names: 'vehicle' },
  listFleetCommands: { answers: 200 },
  getCommandSummary: { answers: 200 },
  getCommand: { names: 'command' },
  cancelCommand: { names: 'command' },
  getReadiness: { names: 'vehicle' },
  startRental: { naming: ({ vehicle }) => ({ vehicleId: vehicle, reference: 'A2' }) },
  listRentals: { answers: 200 },
  getRental: { names: 'rental' },
  changeRental: { names: 'rental', body: { endsAt: null } },
  endRental: { names: 'rental', body: {} },
  cancelRental: { names: 'rental' },
  keepConnected: { names: 'rental' },
  linkRenter: { names: 'rental' },
  takeRenterLinkBack: { names: 'rental' },
  getDiagnosis: { names: 'vehicle' },
  getSupportFile: { names: 'vehicle' },
  listSignals: { names: 'vehicle' },
  listTimeline: { names: 'vehicle' },
  getCompatibility: { names: 'vehicle' },
  checkCompatibility: { names: 'vehicle' },
  listEvents: { answers: 200 },
  listEventEndpoints: { answers: 200 },
  createEventEndpoint: { answers: 201, body: { url: 'https://south.example/events' } },
  getEventEndpoint: { names: 'endpoint' },
  changeEventEndpoint: { names: 'endpoint', body: { url: 'https://south.example/stolen' } },
  rotateEndpointSecret: { names: 'endpoint' },
  testEventEndpoint: { names: 'endpoint' },
  replayEvents: { names: 'endpoint', body: { since: '2026-05-01T00:00:00Z' } },
  listEventDeliveries: { names: 'endpoint' },
  retryEventDelivery: { names: 'endpoint' },
  deleteEventEndpoint: { names: 'endpoint' },
  listOwners: { answers: 200 },
  createOwner: { answers: 201, body: { name: 'Own owner', email: 'own@owners.example' } },
  getOwner: { names: 'owner' },
  changeOwner: { names: 'owner', body: { name: 'Stolen' } },
  listOwnerConsents: { names: 'owner' },
  listOwnerNotifications: { names: 'owner' },
  listOwnerRequests: { names: 'owner' },
  sendOwnerLink: { names: 'owner', body: { deliver: 'email' } },
  exportOwner: { names: 'owner' },
  getErasure: { names: 'owner' },
  eraseOwner: { names: 'owner', body: { name: 'Grace' } },
  listAlerts: { answers: 200 },
  getAlert: { names: 'alert' },
  acknowledgeAlert: { names: 'alert' },
  resolveAlert: { names: 'alert' },
  listIncidents: { answers: 200 },
  getIncident: { names: 'incident' },
  endIncident: { names: 'incident' },
  listGrants: { answers: 200 },
  getGrant: { names: 'grant' },
  confirmGrant: { names: 'grant', body: {} },
  refuseGrant: { names: 'grant', body: {} },
  listMoves: { answers: 200 },
  planMove: { answers: 201, body: {} },
  getMove: { names: 'move' },
  listMoveVehicles: { names: 'move' },
  startMove: { names: 'move', body: {} },
  pauseMove: { names: 'move', body: {} },
  resumeMove: { names: 'move', body: {} },
  finishMove: { names: 'move', body: {} },
  rollBackMove: { names: 'move', body: {} },
  previewReconnects: { answers: 200, body: { filter: {} } },
  sendReconnects: { answers: 400, body: { token: 'of-nobody' } },
  listReconnects: { answers: 200 },
  getReconnects: { names: 'reconnects' },
  listReconnectVehicles: { names: 'reconnects' },
  pauseReconnects: { names: 'reconnects', body: {} },
  resumeReconnects: { names: 'reconnects', body: {} },
  cancelReconnects: { names: 'reconnects', body: {} },
  listNotifications: { answers: 200 },
  getNotification: { names: 'notification' },
  listMailbox: { answers: 200 },
  listWebhookEvents: { answers: 200 },
  getWebhookEvent: { names: 'event' },
  getReconciliation: { answers: 200 },
  startReconciliation: { answers: 403 },
  listDrifts: { answers: 200 },
  listAdoptable: { answers: 403 },
  adopt: { answers: 403, body: [{ smartcarConnectionId: 'conn-of-nobody', fleetId: 'flt_of_nobody' }] },
  listMakes: { answers: 200 },
  changeMake: { names: 'make', body: { overrides: { staleAfterH: 1 } } },
  getGoLive: { answers: 403 },
  checkGoLive: { answers: 403 },
  sendTestMessage: { answers: 403 },
  listApiKeys: { answers: 200 },
  createApiKey: { answers: 201, body: { name: 'Own key' } },
  revokeApiKey: { names: 'key' },
  listAudit: { answers: 200 },
  getBudget: { answers: 200 },
  getPlan: { answers: 200 },
  changePlan: { answers: 200, body: { pollIntervalS: 3_600 } },
  getSettings: { answers: 200 },
  changeSettings: { answers: 200, body: { staleAfterS: 7_200 } },
};
const calls = Object.keys(lines) as CallName[]; // keys of a const object

interface Answered {
  status: number;
  text: string;
}

describe('the API from the other fleet', () => {
  let world: World;
  let north: FleetId;
  let south: FleetId;
  let theirs: Theirs;
  /** Everything by which the north could be recognised. */
  let marks: string[];
  let tables: TableFacts[];
  let northKey: string;
  let southKey: string;
  let southCookie: string;
  let southVehicle: string;
  let northernToken: string;

  before(async () => {
    world = await startWorld();
    const [first, second] = world.fleets;
    assert.ok(second);
    [north, south] = [first, second];
    const { database, vault } = world.ground;
    const client = await world.ground.database.ownerPool.connect();
    tables = (await readTables(client)).filter(({ fleetColumn, isPartition }) => fleetColumn !== null && !isPartition);
    client.release();
    const car = (await world.cars('first'))[0];
    assert.ok(car);
    const connected = await world.connectCar(car);
    northKey = await makeKey({ database, vault }, north, 'administrator');
    southKey = await makeKey({ database, vault }, south, 'administrator');
    for (const fleet of [north, south]) {
      const number = fleet === north ? 'NORTHERN-1' : 'SOUTHERN-1';
      const made = await makeVehicle({ database, vault }, fleet, {
        number,
        status: 'expired',
        cause: 'signedOut',
        newsH: 1,
      });
      const [alert, notification, event, grant] = await makeRecords({ database }, fleet, { ...made, number });
      if (fleet === south) southVehicle = made.vehicleId;
      else
        theirs = {
          vehicle: connected,
          command: await commandOf(connected),
          rental: await rentalOf(connected),
          ...(await endpointOf()),
          owner: made.ownerId,
          alert: last(alert),
          notification: last(notification),
          event: last(event),
          key: await keyOf(fleet),
          move: await moveOf(),
          reconnects: await reconnectsOf(),
          incident: await incidentOf(fleet),
          make: await makeOf(),
          grant: last(grant),
          import: await importOf(),
        };
    }
    southCookie = await signInTo(south);
    marks = [north, theirs.make, car.vin, car.vehicleId, 'NORTHERN-1', car.account.email, ...(await idsOf(north))];
  });
  after(() => world.close());

  const last = (path = ''): string => path.split('/').at(-1) ?? '';

  async function keyOf(fleet: FleetId): Promise<string> {
    const row = await world.ground.database.asFleet(fleet, (tx) =>
      tx.selectFrom('api_key').select('id').where('installation', '=', false).executeTakeFirstOrThrow(),
    );
    return row.id;
  }

  async function rentalOf(vehicle: string): Promise<string> {
    const begun = await world.api('POST', '/rentals', { vehicleId: vehicle, reference: 'A1' });
    assert.equal(begun.status, 201);
    return String(begun.body['id']);
  }

  async function commandOf(vehicle: string): Promise<string> {
    const asked = await world.api('POST', `/vehicles/${vehicle}/commands`, { type: 'lock' });
    assert.equal(asked.status, 202);
    return String(asked.body['id']);
  }

  async function endpointOf(): Promise<{ endpoint: string; delivery: string }> {
    const added = await world.api('POST', '/event-endpoints', { url: 'https://northern-1.example/events' });
    assert.equal(added.status, 201);
    const endpoint = String(added.body['id']);
    const sent = await world.api('POST', `/event-endpoints/${endpoint}/test`);
    assert.equal(sent.status, 202);
    return { endpoint, delivery: String(sent.body['id']) };
  }

  async function moveOf(): Promise<string> {
    const planned = await world.api('POST', '/moves', {});
    assert.equal(planned.status, 201);
    return String(planned.body['id']);
  }

  /** Many reconnects, in a fleet of few. */
  async function reconnectsOf(): Promise<string> {
    const car = { number: 'NORTHERN-2', status: 'expired', cause: 'signedOut' } as const;
    await makeVehicle(world.ground, north, car);
    const preview = await world.api('POST', '/reconnects/preview', { filter: { q: 'NORTHERN-2' } });
    northernToken = String(preview.body['token']);
    const sent = await world.api('POST', '/reconnects', { token: northernToken });
    assert.equal(sent.status, 201);
    return String(sent.body['id']);
  }

  async function incidentOf(fleet: FleetId): Promise<string> {
    const wanted = { fleetId: fleet, scope: { make: 'FORD', region: null }, from: world.now() };
    const seen = { accounts: 9, troubled: 5, normalShare: 0.01 };
    const row = await world.ground.database.asFleet(fleet, (tx) =>
      insertIncident(tx, { ...wanted, ...seen }, world.now()),
    );
    return row?.id ?? '';
  }

  /** One that no table of ours knows. */
  async function makeOf(): Promise<string> {
    const make = 'NORTHMOBILE';
    assert.equal((await world.api('POST', '/vehicles', { make })).status, 201);
    return make;
  }

  async function importOf(): Promise<string> {
    const answer = await fetch(`${world.publicUrl}/api/v1/vehicles/import`, {
      method: 'POST',
      headers: { ...byKey(northKey), 'content-type': 'text/csv' },
      body: 'Number,Owner,Owner e-mail\nNORTHERN-2,Nora,nora@owners.example\n',
    });
    assert.equal(answer.status, 201);
    return ((await answer.json()) as { id: string }).id;
  }

  async function idsOf(fleet: FleetId): Promise<string[]> {
    const rows = Object.values(await snapshot(world.ground.database, tables, fleet)).flat();
    return [
      ...new Set(
        rows.flatMap(
          (row) =>
            row.match(
              /\b(veh|con|own|alt|ntf|rrq|lnk|cns|evt|aud|key|whk|mem|tok|mov|inc|imp|rcb|grt|cmd|rnt|end)_[0-9a-z]{26}\b/g,
            ) ?? [],
        ),
      ),
    ];
  }

  /** Somebody who belongs to this fleet alone, as their browser is known. */
  async function signInTo(fleet: FleetId): Promise<string> {
    const email = 'sven@south.example';
    const password = 'a long enough password';
    const person = {
      id: newId('mem', world.now()),
      name: 'Sven',
      email,
      passwordHash: await hash(password),
      installationAdministrator: false,
    };
    await world.ground.database.asSystem(async (tx) => {
      const userId = await ensurePerson(tx, person, world.now());
      await addMember(tx, { fleetId: fleet, userId, role: 'administrator' }, world.now());
    });
    const answer = await fetch(`${world.publicUrl}/api/auth/sign-in/email`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: world.publicUrl },
      body: JSON.stringify({ email, password }),
    });
    assert.equal(answer.status, 200, await answer.text());
    return answer.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
  }

  const byKey = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });
  const byCookie = (): Record<string, string> => ({ cookie: southCookie, origin: world.publicUrl });

  async function ask(method: string, path: string, headers: Record<string, string>, body?: unknown): Promise<Answered> {
    const answer = await fetch(`${world.publicUrl}/api/v1${path}`, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, text: await answer.text() };
  }

  function callWith(name: CallName, headers: Record<string, string>): Promise<Answered> {
    const [method, path] = paths[name];
    const line: AnyLine = lines[name];
    const below = path.replace(':deliveryId', theirs.delivery);
    if (line.names) return ask(method, below.replace(':id', theirs[line.names]), headers, line.body);
    return ask(method, path, headers, line.naming ? line.naming(theirs) : line.body);
  }

  const expected = (name: CallName): number => {
    const line: AnyLine = lines[name];
    return line.answers ?? 404;
  };
  const nothingOfNorth = (text: string, what: string): void => {
    // What was asked for may be said again; nothing else of the north may be there.
    assert.deepEqual(
      marks.filter((mark) => text.includes(mark)),
      [],
      `${what}: ${text.slice(0, 300)}`,
    );
  };
  /** What the simulator counted, without its own controls. */
  const smartcarAsked = async (): Promise<string> => {
    const routes = Object.entries((await world.sim('GET', '/sim/api/requests'))['routes'] ?? {});
    return JSON.stringify(routes.filter(([route]) => !route.includes(' /sim/')));
  };

  test('what stands in the lines is there, and its own fleet finds it', async () => {
    assert.ok(marks.length > 15);
    for (const name of calls) {
      if (!('names' in lines[name]) || paths[name][0] !== 'GET') continue;
      assert.equal((await callWith(name, byKey(northKey))).status, 200, name);
    }
  });

  test('every call by a key and by a person of the other fleet: not found, nothing shown, nothing changed', async () => {
    const untouched = await snapshot(world.ground.database, tables, north);
    const asked = await smartcarAsked();
    for (const [who, headers] of [
      ['key', byKey(southKey)],
      ['person', byCookie()],
    ] as const) {
      for (const name of calls) {
        if (who === 'person' && name === 'createOwner') continue; // made by the key already, and its address is taken
        const { status, text } = await callWith(name, headers);
        assert.equal(status, expected(name), `${name} by a ${who}: ${text}`);
        nothingOfNorth(text, name);
      }
    }
    assert.deepEqual(await snapshot(world.ground.database, tables, north), untouched, 'and nothing else');
    assert.equal(await smartcarAsked(), asked, 'Smartcar was asked nothing');
  });

  test('who names the other fleet in the header finds nothing, whatever they call', async () => {
    const untouched = await snapshot(world.ground.database, tables, north);
    for (const headers of [byKey(southKey), byCookie()]) {
      for (const name of calls) {
        const { status, text } = await callWith(name, { ...headers, 'towline-fleet': north });
        assert.equal(status, 404, `${name}: ${text}`);
        nothingOfNorth(text, name);
      }
    }
    assert.deepEqual(await snapshot(world.ground.database, tables, north), untouched);
  });

  test('lists filtered by the other fleet’s ids, searched for its words, or begun with its cursors show nothing of it', async () => {
    const filters = [
      `/vehicles?owner=${theirs.owner}`,
      '/vehicles?q=NORTHERN',
      '/owners?q=NORTHERN',
      `/alerts?state=all&vehicle=${theirs.vehicle}`,
      `/notifications?vehicle=${theirs.vehicle}`,
      `/grants?state=all&vehicle=${theirs.vehicle}`,
      `/events?vehicle=${theirs.vehicle}`,
    ];
    for (const path of filters) {
      const { status, text } = await ask('GET', path, byKey(southKey));
      assert.deepEqual([status, JSON.parse(text)], [200, { items: [], nextCursor: null }], path);
    }
    const { text } = await ask('GET', '/vehicles?limit=1', byKey(northKey));
    const { nextCursor } = JSON.parse(text) as { nextCursor: string };
    assert.ok(nextCursor);
    const next = await ask('GET', `/vehicles?cursor=${nextCursor}`, byKey(southKey));
    assert.equal(next.status, 200);
    nothingOfNorth(next.text, 'a cursor of the north');
  });

  test('a preview of the other fleet can not be sent, and one that names its vehicles shows none', async () => {
    const untouched = await snapshot(world.ground.database, tables, north);
    const sent = await ask('POST', '/reconnects', byKey(southKey), { token: northernToken });
    assert.equal(sent.status, 400);
    assert.match(sent.text, /preview_unknown/);
    const preview = await ask('POST', '/reconnects/preview', byKey(southKey), { vehicleIds: [theirs.vehicle] });
    assert.equal((JSON.parse(preview.text) as { vehicles: number }).vehicles, 0);
    nothingOfNorth(preview.text, 'a preview');
    assert.deepEqual(await snapshot(world.ground.database, tables, north), untouched);
  });

  test('tables to download hold nothing of the other fleet, and its own are not there under its ids', async () => {
    const named: Partial<Record<FileName, string>> = {
      importProblems: theirs.import,
      moveReport: theirs.move,
      reconnectsReport: theirs.reconnects,
    };
    for (const [name, path] of Object.entries(files) as [FileName, string][]) {
      // entries of a const object
      const id = named[name];
      for (const headers of [byKey(southKey), byCookie()]) {
        const { status, text } = await ask('GET', path.replace(':id', id ?? ''), headers);
        assert.equal(status, id === undefined ? 200 : 404, name);
        nothingOfNorth(text, name);
        assert.equal(
          (await ask('GET', path.replace(':id', id ?? ''), { ...headers, 'towline-fleet': north })).status,
          404,
        );
      }
      assert.equal((await ask('GET', path.replace(':id', id ?? ''), byKey(northKey))).status, 200, name);
    }
  });

  test('a vehicle can not be given the other fleet’s owner', async () => {
    const { status } = await ask('PATCH', `/vehicles/${southVehicle}`, byKey(southKey), { ownerId: theirs.owner });
    assert.equal(status, 404);
    const { text } = await ask('GET', `/vehicles/${southVehicle}`, byKey(southKey));
    nothingOfNorth(text, 'the vehicle');
  });

  test('the same Idempotency-Key in two fleets is two requests', async () => {
    const headers = { 'idempotency-key': 'the-same-key-in-both' };
    const body = { number: 'TWICE-1' };
    const [first, second] = [
      await ask('POST', '/vehicles', { ...byKey(northKey), ...headers }, body),
      await ask('POST', '/vehicles', { ...byKey(southKey), ...headers }, body),
    ];
    assert.deepEqual([first.status, second.status], [201, 201]);
    const ids = [first, second].map(({ text }) => (JSON.parse(text) as { id: string }).id);
    assert.notEqual(ids[0], ids[1]);
  });

  test(
    'the stream tells a fleet its own changes only, and another fleet’s can not be asked for',
    { timeout: 20_000 },
    async () => {
      const other = await ask('GET', '/stream', { ...byKey(southKey), 'towline-fleet': north });
      assert.equal(other.status, 404);
      const leaving = new AbortController();
      try {
        const stream = await fetch(`${world.publicUrl}/api/v1/stream`, {
          headers: byKey(southKey),
          signal: leaving.signal,
        });
        assert.ok(stream.body);
        const reader = stream.body.pipeThrough(new TextDecoderStream()).getReader();
        const north1 = await ask('PATCH', `/vehicles/${theirs.vehicle}`, byKey(northKey), { plate: 'N-1' });
        const south1 = await ask('PATCH', `/vehicles/${southVehicle}`, byKey(southKey), { plate: 'S-1' });
        assert.deepEqual([north1.status, south1.status], [200, 200]);
        let heard = '';
        while (!heard.includes(southVehicle)) {
          const { value, done } = await reader.read();
          assert.ok(!done, heard);
          heard += value;
        }
        nothingOfNorth(heard, 'the stream');
      } finally {
        leaving.abort();
      }
    },
  );

  test('the same calls work for those whose things they are, so that a 404 above meant something', async () => {
    for (const name of calls.filter((call) => 'names' in lines[call])) {
      const { status, text } = await callWith(name, byKey(northKey));
      assert.ok(status < 300 || status === 409, `${name}: ${status} ${text}`);
    }
  });
});
