/** The table of errors in docs/smartcar.md against the simulator's own. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { errorDocUrl, errorRows } from '../../simulator/error-table.ts';
import { documentedErrors } from '../ground/facts.ts';
import { stand, type Json } from './stand.ts';

const documented = documentedErrors(readFileSync(new URL('../../docs/smartcar.md', import.meta.url), 'utf8'));

test('the simulator has every documented error with its status and resolution, and beside them only those of v3 [§3.7-3, §3.7-4, §3.7-5, §4.2-1, §4.2-2, §4.2-3, §4.2-4, §4.2-5, §4.2-6, §4.2-7, §4.2-8, §4.2-9, §4.2-10, §4.2-11, §4.2-12, §4.2-13, §4.2-14]', () => {
  const known = errorRows.map(({ type, code, status, resolution }) => ({ type, code, status, resolution }));
  for (const error of documented)
    assert.deepEqual(
      known.find(({ type, code }) => type === error.type && code === error.code),
      error,
    );
  const names = new Set(documented.map(({ type, code }) => `${type}:${code ?? 'null'}`));
  const others = known.map(({ type, code }) => `${type}:${code ?? 'null'}`).filter((name) => !names.has(name));
  for (const name of others)
    assert.match(
      name,
      /^(AUTHENTICATION:(UNAUTHORIZED|ACCESS_DENIED)|VALIDATION:(INVALID_INPUT_FORMAT|MISSING_PARAMETER)|RESOURCE_NOT_FOUND:(VEHICLE_NOT_FOUND|INVALID_PATH))$/,
    );
});

test('owners are told something of their cars and accounts, and nothing of permissions, bills and what a car can not [§4.3-1]', () => {
  const typesWith = (isTold: boolean): string[] => [
    ...new Set(errorRows.filter((row) => (row.suggestedUserMessage !== null) === isTold).map(({ type }) => type)),
  ];
  for (const type of ['PERMISSION', 'BILLING', 'COMPATIBILITY']) assert.ok(!typesWith(true).includes(type), type);
  for (const type of ['VEHICLE_STATE', 'RATE_LIMIT', 'UPSTREAM']) assert.ok(!typesWith(false).includes(type), type);
});

test("an error's page is found by its type and code [§4.1-3]", () => {
  const base = 'https://smartcar.com/docs/errors/api-errors';
  const pages: [type: string, code: string | null, page: string][] = [
    ['PERMISSION', null, 'permission-errors#null'],
    ['AUTHENTICATION', null, 'authentication-errors#null'],
    ['CONNECTED_SERVICES_ACCOUNT', 'VEHICLE_MISSING', 'connected-services-account-errors#vehicle-missing'],
    ['VEHICLE_STATE', 'ASLEEP', 'vehicle-state-errors#asleep'],
    ['RESOURCE_NOT_FOUND', 'PATH', 'resource-errors#path'],
  ];
  for (const [type, code, page] of pages) assert.equal(errorDocUrl(type, code), `${base}/${page}`);
});

test('an answer counts nothing out: the limits show only when they are met [§5-15]', async (t) => {
  const { api, watched } = await stand(t);
  const car = await watched();
  const { headers } = await api('GET', `/vehicles/${car.vehicleId as string}/signals`, undefined, car.user);
  assert.deepEqual(
    [...headers.keys()].filter((name) => name.startsWith('x-ratelimit')),
    [],
  );
});

test('an error of v3 says its status as text, its page and its request [§3.7-1, §3.7-2]', async (t) => {
  const { api } = await stand(t);
  const answer = await api('GET', '/vehicles/nobody');
  const [error] = answer.body.errors as Json[];
  assert.deepEqual(
    [answer.status, error.status, error.type, error.code, typeof error.title, typeof error.detail, error.resolution],
    [404, '404', 'RESOURCE_NOT_FOUND', 'VEHICLE_NOT_FOUND', 'string', 'string', { type: null }],
  );
  assert.equal(typeof error.links.about, 'string');
  assert.equal(error.meta.debug.requestId, answer.headers.get('sc-request-id'));
});
