/** v2's client against the simulator, which was built from the same documents by other hands: two witnesses. */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { demoCredentials } from '../../simulator/credentials.ts';
import { startSimulator, type RunningSimulator } from '../../simulator/server.ts';
import type { SmartcarUserId, SmartcarVehicleId } from '../../src/domain/ids.ts';
import type { Powertrain } from '../../src/domain/vehicle.ts';
import type { Answer } from '../../src/smartcar/answer.ts';
import { authorizeUrl } from '../../src/smartcar/connect-url.ts';
import { openSmartcar, type ReadSignals } from '../../src/smartcar/smartcar.ts';
import { requestCount } from '../../src/smartcar/v2/batch.ts';
import { openSmartcarV2, type SmartcarV2, type TokenPair } from '../../src/smartcar/v2/smartcar-v2.ts';

const redirectUri = 'http://127.0.0.1:4000/connect/callback';
const readable = ['location', 'odometer', 'security', 'battery', 'charge', 'fuel', 'tires'].map(
  (what) => `read_${what}`,
);
const required = ['read_vehicle_info', 'read_vin', ...readable];
const { managementToken } = demoCredentials;

interface Car {
  vin: string;
  make: string;
  account: { email: string };
  fleet: string;
  activity: string;
}

const valueOf = <T>(answer: Answer<T>): T => {
  assert.ok(answer.ok, JSON.stringify(answer));
  return answer.value;
};
const meaningOf = (answer: Answer<unknown>): string => (answer.ok ? 'a success' : answer.failure.meaning);

describe("v2's client and the simulator", () => {
  let simulator: RunningSimulator;
  let v2: SmartcarV2;
  let now = new Date('2026-11-20T12:00:00Z');
  let car: Car;
  let pair: TokenPair;
  let vehicleId: SmartcarVehicleId;
  let userId: SmartcarUserId;

  const control = async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
    const init =
      body === undefined
        ? { method }
        : { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const response = await fetch(`${simulator.origin}/sim/api${path}`, init);
    assert.ok(response.status < 400, `${method} ${path}: ${response.status}`);
    return (await response.json()) as Record<string, unknown>; // the simulator's own controls
  };
  const advance = async (seconds: number): Promise<void> => {
    now = new Date(now.getTime() + seconds * 1000);
    await simulator.advanceTo(now);
  };
  const open = (change: Partial<typeof demoCredentials> = {}): SmartcarV2 =>
    openSmartcarV2({
      origins: { auth: simulator.origin, api: simulator.origin, managementApi: simulator.origin },
      credentials: { ...demoCredentials, ...change },
      mode: 'live',
    });
  const connect = async (granted = required): Promise<string> => {
    const place = { origin: simulator.origin, applicationId: demoCredentials.applicationId, mode: 'live' as const };
    const url = authorizeUrl(place, {
      state: 'st-1',
      externalId: null,
      redirectUri,
      required: granted,
      optional: [],
      make: car.make,
      force: true,
    });
    const { redirect } = await control('POST', '/authorize', { url, email: car.account.email, vins: [car.vin] });
    return new URL(String(redirect)).searchParams.get('code') ?? '';
  };
  const read = (powertrain: Powertrain | null = null): Promise<Answer<ReadSignals>> =>
    v2.readSignals(pair.accessToken, vehicleId, { permissions: readable, powertrain }, now);

  before(async () => {
    simulator = await startSimulator({ clock: () => now, bucket: null, redirectUris: [redirectUri] });
    v2 = open();
    const { cars } = (await control('GET', '/world')) as { cars: Car[] }; // as above
    const found = cars.find(({ fleet, activity }) => fleet === 'first' && activity === 'parked');
    assert.ok(found);
    car = found;
  });
  afterEach(async () => {
    await control('DELETE', '/faults');
    // Cars are asked no oftener than their make allows.
    await advance(60);
  });
  after(async () => {
    await v2.close();
    await simulator.close();
  });

  test('a code is exchanged for tokens once, and only with its own redirect [§1.2-2, §1.6-2, §1.6-6]', async () => {
    const stale = await connect();
    await advance(601);
    assert.equal(meaningOf(await v2.exchangeCode(stale, redirectUri)), 'requestRefused');
    const code = await connect();
    assert.equal(meaningOf(await v2.exchangeCode(code, 'https://elsewhere.example/')), 'requestRefused');
    pair = valueOf(await v2.exchangeCode(code, redirectUri));
    assert.equal(pair.expiresInS, 7_200);
    const again = await v2.exchangeCode(code, redirectUri);
    assert.ok(!again.ok && again.failure.code === 'invalid_request' && again.failure.status === 400);
  });

  test('a wrong secret is told apart from a code or a token that is refused [§1.6-9]', async () => {
    const stranger = open({ clientSecret: 'wrong' });
    const answers = [
      await stranger.exchangeCode(await connect(), redirectUri),
      await stranger.refresh(pair.refreshToken),
    ];
    await stranger.close();
    assert.deepEqual(answers.map(meaningOf), ['credentials', 'credentials']);
  });

  test('the grant tells its user, its cars and what was allowed [§2.2-1, §2.2-2, §2.2-3, §2.2-4, §2.2-5]', async () => {
    userId = valueOf(await v2.readUser(pair.accessToken));
    const [first] = valueOf(await v2.listVehicles(pair.accessToken));
    assert.ok(first);
    vehicleId = first;
    const found = valueOf(await v2.readVehicle(pair.accessToken, vehicleId));
    assert.deepEqual(
      [found.smartcarVehicleId, found.make, found.vin, found.powertrain],
      [vehicleId, car.make, null, null],
    );
    assert.equal(valueOf(await v2.readVin(pair.accessToken, vehicleId)), car.vin);
    assert.deepEqual(valueOf(await v2.readPermissions(pair.accessToken, vehicleId)).sort(), [...required].sort());
  });

  test('a token that nobody gave opens nothing [§4.2-1]', async () => {
    for (const answer of [
      await v2.readUser('nobody'),
      await v2.listVehicles('nobody'),
      await v2.readVehicle('nobody', vehicleId),
      await v2.readVin('nobody', vehicleId),
      await v2.readPermissions('nobody', vehicleId),
      await v2.readSignals('nobody', vehicleId, { permissions: readable, powertrain: null }, now),
      await v2.disconnect('nobody', vehicleId),
      await v2.listConnections('nobody', {}),
      await v2.deleteConnections('nobody', { userId }),
    ]) {
      assert.ok(!answer.ok && answer.failure.requestId);
      assert.deepEqual([answer.failure.meaning, answer.failure.type], ['credentials', 'AUTHENTICATION']);
    }
  });

  test('one batch brings what the car has, fetched and measured, and says what it can not [§2.6-1, §2.6-2]', async () => {
    const { readings, failures } = valueOf(await read());
    const codes = new Set(readings.map(({ code }) => code));
    for (const code of ['location-preciselocation', 'odometer-traveleddistance', 'closure-islocked', 'wheel-tires'])
      assert.ok(codes.has(code), code);
    for (const { code, fetchedAt, measuredAt, receivedAt } of readings) {
      assert.ok(fetchedAt && measuredAt && measuredAt <= fetchedAt && fetchedAt <= now, code);
      assert.equal(receivedAt, now);
    }
    for (const { signal, meaning, status, fetchedAt } of failures) {
      assert.deepEqual([meaning, status, fetchedAt, codes.has(signal)], ['incompatible', 501, now, false], signal);
    }
  });

  test('v2 and v3 say the same of a car, in the same words [§A.5-1, §A.5-4, §A.5-5]', async () => {
    const v3 = openSmartcar({
      origins: {
        connect: simulator.origin,
        iam: simulator.origin,
        apiV3: simulator.origin,
        managementApiV3: simulator.origin,
      },
      credentials: demoCredentials,
      mode: 'live',
    });
    const { accessToken } = valueOf(await v3.fetchApplicationToken());
    await control('POST', `/cars/${car.vin}/fetch`, {});
    await advance(0);
    const stored = valueOf(await v3.readSignals(accessToken, { vehicleId, userId }, now)).readings;
    const asked = valueOf(await read()).readings;
    await v3.close();
    const compared = asked.flatMap((reading) => {
      const same = stored.find(({ code }) => code === reading.code);
      return same ? [{ reading, same }] : [];
    });
    assert.ok(compared.length >= 6, `${compared.length} signals of both`);
    for (const { reading, same } of compared) {
      assert.equal(reading.unit, same.unit, reading.code);
      // v3 knows more of some: the heading, whether a door is locked, how many rows there are.
      assert.partialDeepStrictEqual({ value: same.value }, { value: reading.value }, reading.code);
    }
  });

  test('what the owner did not grant is refused part by part, and a VIN is then none [§4.2-6]', async () => {
    await control('POST', `/cars/${car.vin}/faults`, { kind: 'permission-missing', permission: 'read_odometer' });
    await control('POST', `/cars/${car.vin}/faults`, { kind: 'permission-missing', permission: 'read_vin' });
    const { readings, failures } = valueOf(await read());
    assert.ok(readings.some(({ code }) => code === 'closure-islocked'));
    const failure = failures.find(({ signal }) => signal === 'odometer-traveleddistance');
    assert.deepEqual([failure?.meaning, failure?.status], ['permission', 403]);
    assert.equal(valueOf(await v2.readVin(pair.accessToken, vehicleId)), null);
  });

  const wrong: [fault: object, meanings: string][] = [
    [{ kind: 'password-changed' }, 'signedOut'],
    [{ kind: 'access-revoked' }, 'revoked'],
    [{ kind: 'car-removed' }, 'vehicleRemoved'],
    [{ kind: 'subscription-lapsed' }, 'subscriptionLapsed'],
    [{ kind: 'unreachable' }, 'vehicleUnreachable'],
    [{ kind: 'rate-limit', retryAfterS: 90 }, 'throttledVehicle'],
    [{ kind: 'truncated' }, 'nonsense smartcarUnreachable'],
    [{ kind: 'hang-up' }, 'smartcarUnreachable'],
    [{ kind: 'garbage', status: 200 }, 'nonsense'],
    [{ kind: 'garbage', status: 502 }, 'smartcarFailing'],
  ];
  for (const [fault, meanings] of wrong) {
    test(`the fault ${JSON.stringify(fault)} is ${meanings}, of the whole or of its parts`, async () => {
      await control('POST', `/cars/${car.vin}/faults`, fault);
      const answer = await read();
      await control('DELETE', '/faults');
      const met = answer.ok ? answer.value.failures.map(({ meaning }) => meaning) : [answer.failure.meaning];
      assert.ok(
        met.some((meaning) => meanings.split(' ').includes(meaning)),
        JSON.stringify(met),
      );
    });
  }

  test('every error that is documented arrives with its type, code and status, and none means nonsense [§4.1-1, §4.1-2]', async () => {
    const { errors } = (await control('GET', '/errors')) as {
      errors: { type: string; code: string | null; status: number }[]; // the simulator's table
    };
    assert.ok(errors.length > 40);
    pair = valueOf(await v2.refresh(pair.refreshToken));
    const onlyV3 =
      /^(UNAUTHORIZED|ACCESS_DENIED|VEHICLE_NOT_FOUND|INVALID_PATH|INVALID_INPUT_FORMAT|MISSING_PARAMETER)$/;
    for (const { type, code, status } of errors.filter((row) => !onlyV3.test(row.code ?? ''))) {
      await control('POST', `/cars/${car.vin}/faults`, { kind: 'error', type, code, isWholeRequest: true });
      const answer = await v2.readVin(pair.accessToken, vehicleId);
      const met = answer.ok ? null : answer.failure;
      await control('DELETE', '/faults');
      await advance(120);
      // A gap is no failure to whoever asks for a VIN.
      if (type === 'PERMISSION' || (type === 'COMPATIBILITY' && code !== 'PLATFORM_NOT_CAPABLE')) {
        assert.deepEqual(answer.ok && answer.value, null, `${type}:${code ?? ''}`);
        continue;
      }
      assert.deepEqual([met?.type, met?.code, met?.status], [type, code, status]);
      assert.ok(met?.requestId && met.meaning !== 'nonsense', type);
    }
  });

  test('a refresh gives another pair, earlier access tokens live on, and a used token ends with its grace [§1.7-1, §1.7-2, §1.7-3, §1.7-8]', async () => {
    await control('PATCH', '/knobs', { refreshGraceS: 60 });
    const first = valueOf(await v2.exchangeCode(await connect(), redirectUri));
    const second = valueOf(await v2.refresh(first.refreshToken));
    assert.notEqual(second.refreshToken, first.refreshToken);
    assert.equal(meaningOf(await v2.readUser(first.accessToken)), 'a success');
    await advance(30);
    assert.equal(meaningOf(await v2.refresh(first.refreshToken)), 'a success');
    await advance(60);
    assert.equal(meaningOf(await v2.refresh(first.refreshToken)), 'tokensRefused');
    pair = second;
  });

  for (const [status, error] of [
    [400, 'invalid_grant'],
    [401, 'invalid_request'],
    [403, 'invalid_token'],
  ] as const) {
    test(`a refresh token that is refused by ${status} and ${error} is lost [§1.6-7, §1.6-8]`, async () => {
      await control('PATCH', '/knobs', { refreshRefusal: { status, error } });
      const answer = await v2.refresh('00000000-0000-4000-8000-000000000000');
      assert.ok(!answer.ok);
      assert.deepEqual(
        [answer.failure.meaning, answer.failure.status, answer.failure.code],
        ['tokensRefused', status, error],
      );
    });
  }

  test('a refresh whose answer is lost can be sent again inside the grace [§1.7-8]', async () => {
    await control('POST', '/faults', { kind: 'refresh-answer-lost' });
    assert.equal(meaningOf(await v2.refresh(pair.refreshToken)), 'smartcarUnreachable');
    await advance(30);
    pair = valueOf(await v2.refresh(pair.refreshToken));
    assert.equal(valueOf(await v2.readUser(pair.accessToken)), userId);
  });

  test('an access token ends after two hours, and a refresh token lives on [§1.6-5]', async () => {
    await advance(7_201);
    assert.equal(meaningOf(await v2.readUser(pair.accessToken)), 'credentials');
    pair = valueOf(await v2.refresh(pair.refreshToken));
    assert.equal(meaningOf(await v2.readUser(pair.accessToken)), 'a success');
  });

  test('management lists the pairs of car and user that a move to v3 needs [§7-1, §7-3]', async () => {
    for (const filter of [{}, { userId }, { vehicleId }]) {
      const listed = valueOf(await v2.listConnections(managementToken, filter));
      const found = listed.find(({ smartcarVehicleId }) => smartcarVehicleId === vehicleId);
      assert.equal(found?.smartcarUserId, userId);
      assert.ok(found?.connectedAt && found.connectedAt <= now);
    }
    const nobody = '11111111-1111-4111-8111-111111111111' as SmartcarUserId; // a user that Smartcar doesn't know
    assert.deepEqual(valueOf(await v2.listConnections(managementToken, { userId: nobody })), []);
  });

  test('a read counts as many requests as it has parts [§2.6-6]', async () => {
    const wanted = { permissions: ['read_odometer', 'read_location', 'read_security'], powertrain: null };
    const used = async (): Promise<number> => {
      const { vehicles } = await control('GET', '/requests');
      const counts = vehicles as { vehicleId: string; usedThisMonth: number }[]; // the simulator's own count
      return counts.find((one) => one.vehicleId === vehicleId)?.usedThisMonth ?? 0;
    };
    const before = await used();
    assert.equal(meaningOf(await v2.readSignals(pair.accessToken, vehicleId, wanted, now)), 'a success');
    assert.deepEqual([requestCount(wanted), (await used()) - before], [3, 3]);
  });

  test('a car that is disconnected is gone the second time, and its tokens open it no more [§2.7-1, §2.7-2, §8.2-2]', async () => {
    assert.equal(valueOf(await v2.disconnect(pair.accessToken, vehicleId)), 'deleted');
    assert.equal(valueOf(await v2.disconnect(pair.accessToken, vehicleId)), 'gone');
    assert.equal(meaningOf(await read()), 'permission');
    assert.deepEqual(valueOf(await v2.listConnections(managementToken, { vehicleId })), []);
  });

  test('connections are ended by car or by user, and what was ended is told once [§7-4]', async () => {
    for (const by of ['vehicleId', 'userId'] as const) {
      const { accessToken } = valueOf(await v2.exchangeCode(await connect(), redirectUri));
      const user = valueOf(await v2.readUser(accessToken));
      const [vehicle] = valueOf(await v2.listVehicles(accessToken));
      assert.ok(vehicle);
      const filter = by === 'userId' ? { userId: user } : { vehicleId: vehicle };
      const ended = valueOf(await v2.deleteConnections(managementToken, filter));
      assert.deepEqual(ended, [{ smartcarVehicleId: vehicle, smartcarUserId: user }]);
      assert.deepEqual(valueOf(await v2.deleteConnections(managementToken, filter)), []);
    }
  });
});
