/** Locking and unlocking: the request, every answer, and real connections that are slow or break off. */
import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import { test } from 'node:test';
import fc from 'fast-check';
import { commandRequest, readCommandAnswer, type CommandAnswer } from '../../src/smartcar/commands.ts';
import { fixture, notReceived, received, receivedAt, userId, vehicleId } from './fixture.ts';
import { against, json } from './badly-behaved-server.ts';

const ids = { vehicleId, userId };
const shown = (answer: CommandAnswer): unknown[] =>
  answer.ok
    ? [answer.value.state]
    : [answer.failure.meaning, answer.failure.code, answer.failure.status, answer.wasSent];

test('a lock and an unlock are posts without a body, as their user [§3.1-2, §3.6-1]', () => {
  for (const wish of ['lock', 'unlock'] as const) {
    assert.deepEqual(commandRequest('t', ids, wish), {
      method: 'POST',
      path: `/v3/vehicles/${vehicleId}/commands/security/${wish}`,
      headers: {
        accept: 'application/json',
        'user-agent': 'Towline',
        authorization: 'Bearer t',
        'sc-user-id': userId,
        'content-type': 'application/json',
      },
    });
  }
});

test('a 200 is the result, and so is the body of a 202 that has ended [§3.6-2, §3.6-3]', () => {
  for (const status of [200, 202]) {
    const answer = readCommandAnswer(received(fixture('command-success'), { status }));
    assert.deepEqual(answer, {
      ok: true,
      value: {
        id: 'exec_5531000127',
        state: 'succeeded',
        executedAt: new Date('2026-09-02T08:20:00Z'),
        completedAt: new Date('2026-09-02T08:20:02Z'),
        mode: 'sync',
      },
      requestId: 'req-1',
    });
  }
});

const execution = (status: unknown): unknown => ({ id: 'exec_1', attributes: { status } });

test('the execution may be unwrapped, and of its fields only the state is needed [§3.6-6]', () => {
  assert.deepEqual(shown(readCommandAnswer(received(execution({ value: 'pending' })))), ['pending']);
  assert.deepEqual(shown(readCommandAnswer(received({ data: { attributes: { status: { value: 'SUCCESS' } } } }))), [
    'succeeded',
  ]);
});

test('a failure inside a 200 is a failure, with its reason where one is given [§3.6-6]', () => {
  const failed = readCommandAnswer(received({ data: execution({ value: 'FAILURE' }) }));
  assert.deepEqual(shown(failed), ['vehicleRefused', 'FAILURE', null, true]);
  assert.deepEqual(!failed.ok && [failed.execution?.id, failed.execution?.state], ['exec_1', 'failed']);
  const error = { type: 'VEHICLE_STATE', code: 'ASLEEP' };
  const reasoned = readCommandAnswer(received({ data: execution({ value: 'ERROR', error }) }));
  assert.deepEqual(shown(reasoned), ['asleep', 'ASLEEP', null, true]);
});

test('a state nobody knows is nonsense, not a success', () => {
  for (const value of ['DONE', '', null, 7, '__proto__', 'constructor']) {
    const answer = readCommandAnswer(received({ data: execution({ value }) }, { status: 202 }));
    assert.deepEqual(shown(answer), ['nonsense', 'UNKNOWN_STATE', 202, true], String(value));
  }
});

test("an error at the end of a 202 counts by its own status, not by the answer's [§3.6-4, §3.7-2]", () => {
  const streamed = readCommandAnswer(received(fixture('command-streamed-error'), { status: 202 }));
  assert.deepEqual(shown(streamed), ['doorOpen', 'DOOR_OPEN', 409, true]);
  const older = { type: 'VEHICLE_STATE', code: 'ASLEEP', statusCode: 409, description: '…' };
  assert.deepEqual(shown(readCommandAnswer(received(older, { status: 202 }))), ['asleep', 'ASLEEP', 409, true]);
  const bare = readCommandAnswer(received({ errors: [{ status: '504' }] }, { status: 202 }));
  assert.deepEqual(shown(bare), ['smartcarFailing', null, 504, true]);
  const odd = readCommandAnswer(received({ errors: [{ status: '9e99', type: 'SOMETHING' }] }, { status: 202 }));
  assert.deepEqual(shown(odd), ['nonsense', null, 202, true]);
});

test("an error answer's own status does not replace the one it came with", () => {
  const answer = readCommandAnswer(received({ errors: [{ status: '409', type: 'UPSTREAM' }] }, { status: 502 }));
  assert.deepEqual(shown(answer), ['manufacturerFailing', null, 502, true]);
});

test('a 202 that ends empty or half-written is neither a success nor nothing', () => {
  for (const [text, code] of [
    ['', 'EMPTY_BODY'],
    ['{"data":{"id":', 'NOT_JSON'],
    ['<html>', 'NOT_JSON'],
    ['{}', 'UNEXPECTED_SHAPE'],
    ['{"errors":[]}', 'UNEXPECTED_SHAPE'],
    ['[]', 'UNEXPECTED_SHAPE'],
  ]) {
    assert.deepEqual(shown(readCommandAnswer(received(text, { status: 202 }))), ['nonsense', code, 202, true], text);
  }
});

for (const [status, type, code, meaning] of [
  [400, 'CONNECTED_SERVICES_ACCOUNT', 'VIRTUAL_KEY_REQUIRED', 'virtualKeyMissing'],
  [400, 'VALIDATION', 'MISSING_PARAMETER', 'requestRefused'],
  [401, 'AUTHENTICATION', 'UNAUTHORIZED', 'credentials'],
  [403, 'PERMISSION', null, 'permission'],
  [404, 'RESOURCE_NOT_FOUND', 'VEHICLE_NOT_FOUND', 'notFound'],
  [409, 'VEHICLE_STATE', 'UNREACHABLE', 'vehicleUnreachable'],
  [429, 'RATE_LIMIT', 'VEHICLE', 'throttledVehicle'],
  [430, 'BILLING', 'VEHICLE_REQUEST_LIMIT', 'requestLimit'],
  [500, 'SERVER', 'INTERNAL', 'smartcarFailing'],
  [501, 'COMPATIBILITY', 'VEHICLE_NOT_CAPABLE', 'incompatible'],
  [502, 'UPSTREAM', 'NO_RESPONSE', 'manufacturerFailing'],
  [504, null, null, 'smartcarFailing'],
] as const) {
  test(`a command answered with ${status} ${type ?? 'and no word'} means ${meaning}`, () => {
    const body = { errors: [{ status: String(status), type, code }] };
    assert.deepEqual(shown(readCommandAnswer(received(body, { status }))), [meaning, code, status, true]);
  });
}

test('what certainly never left is told apart from what may have arrived', () => {
  assert.deepEqual(shown(readCommandAnswer(notReceived('ECONNREFUSED', false))), [
    'smartcarUnreachable',
    'ECONNREFUSED',
    null,
    false,
  ]);
  assert.deepEqual(shown(readCommandAnswer(notReceived('ECONNRESET'))), [
    'smartcarUnreachable',
    'ECONNRESET',
    null,
    true,
  ]);
});

test('no answer makes reading a command throw', () => {
  const body = fc.oneof(
    fc.json(),
    fc.string(),
    fc.jsonValue().map((data) => JSON.stringify({ data: { attributes: data, meta: data }, errors: data })),
  );
  fc.assert(
    fc.property(
      body,
      fc.constantFrom(200, 202, 204, 400, 409, 504),
      (text, status) => typeof readCommandAnswer(received(text, { status })).ok === 'boolean',
    ),
  );
});

test('a slow command is read to its end, and never holds up a read [§3.6-3]', async (t) => {
  let finish = (): void => undefined;
  const { smartcar, asked } = await against(
    t,
    (request, response) => {
      if (request.method === 'GET') return json(response, 200, fixture('signals'));
      response.writeHead(202, { 'content-type': 'application/json', 'sc-request-id': 'req-9' }).flushHeaders();
      finish = () => {
        const text = JSON.stringify(fixture('command-success'));
        response.write(`  ${text.slice(0, 40)}`, () => response.end(text.slice(40)));
      };
    },
    { maxConnections: 1 },
  );
  const locking = smartcar.lock('t', ids);
  while (asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
  const signals = await smartcar.readSignals('t', ids, receivedAt);
  assert.ok(signals.ok);
  finish();
  const answer = await locking;
  assert.ok(answer.ok && answer.value.state === 'succeeded' && answer.requestId === 'req-9');
  assert.deepEqual(asked, [
    `POST /v3/vehicles/${vehicleId}/commands/security/lock`,
    `GET /v3/vehicles/${vehicleId}/signals`,
  ]);
});

test('a command is sent once, without a body, on a connection of its own [§3.6-1, §3.6-8]', async (t) => {
  const headers: IncomingHttpHeaders[] = [];
  const bodies: string[] = [];
  const { smartcar, asked } = await against(t, (request, response, body) => {
    headers.push(request.headers);
    bodies.push(body);
    json(response, 503, {});
  });
  assert.deepEqual(shown(await smartcar.unlock('t', ids)), ['smartcarFailing', null, 503, true]);
  assert.deepEqual(asked, [`POST /v3/vehicles/${vehicleId}/commands/security/unlock`]);
  assert.deepEqual(
    [headers[0]?.['content-length'], headers[0]?.['connection'], headers[0]?.['sc-user-id'], bodies],
    ['0', 'close', userId, ['']],
  );
});

test('a 202 that breaks off may have been done, and keeps the request id it began with', async (t) => {
  const { smartcar } = await against(t, (_request, response) => {
    response.writeHead(202, { 'sc-request-id': 'req-9' });
    response.write('{"data":', () => response.socket?.destroy());
  });
  const answer = await smartcar.lock('t', ids);
  assert.ok(!answer.ok && answer.failure.requestId === 'req-9');
  assert.deepEqual([answer.failure.meaning, answer.wasSent], ['smartcarUnreachable', true]);
});

test('a 202 that never ends is given up, and may have been done', async (t) => {
  const { smartcar } = await against(t, (_request, response) => response.writeHead(202).flushHeaders(), {
    timeouts: { commandHeadersMs: 500, commandBodyMs: 100 },
  });
  assert.deepEqual(shown(await smartcar.lock('t', ids)), ['smartcarUnreachable', 'UND_ERR_BODY_TIMEOUT', null, true]);
});

test('what must not leave any more when the connection is there does not, and that is certain', async (t) => {
  let arrived = 0;
  const { smartcar } = await against(t, (_request, response) => {
    arrived += 1;
    response.end('{}');
  });
  const asked: number[] = [];
  const tooLate = (): boolean => asked.push(arrived) === 0;
  assert.deepEqual(shown(await smartcar.unlock('t', ids, tooLate)), ['smartcarUnreachable', 'TOO_LATE', null, false]);
  assert.deepEqual([asked, arrived], [[0], 0]);
  await smartcar.unlock('t', ids, () => true);
  assert.equal(arrived, 1);
});

test('a connection that is cut, or never answers, may have carried the command', async (t) => {
  const cut = await against(t, (request) => void request.socket.resetAndDestroy());
  const answer = await cut.smartcar.lock('t', ids);
  assert.ok(!answer.ok && answer.wasSent && answer.failure.meaning === 'smartcarUnreachable');
  const silent = await against(t, () => undefined, { timeouts: { commandHeadersMs: 100, commandBodyMs: 100 } });
  assert.deepEqual(shown(await silent.smartcar.lock('t', ids)), [
    'smartcarUnreachable',
    'UND_ERR_HEADERS_TIMEOUT',
    null,
    true,
  ]);
});

test('a command to nobody certainly never left', async (t) => {
  const { smartcar, server } = await against(t, () => undefined);
  await new Promise((resolve) => server.close(resolve));
  assert.deepEqual(shown(await smartcar.lock('t', ids)), ['smartcarUnreachable', 'ECONNREFUSED', null, false]);
  const nameless = await against(t, () => undefined, { apiV3: 'http://nobody.invalid' });
  const answer = await nameless.smartcar.lock('t', ids);
  assert.ok(!answer.ok && !answer.wasSent && answer.failure.meaning === 'smartcarUnreachable');
});
