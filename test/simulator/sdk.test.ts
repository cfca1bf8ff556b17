/** Smartcar's own SDK as a witness: what it can read here, it could read from Smartcar. @see docs/smartcar.md §12 */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { stand, type Json } from './stand.ts';

const require = createRequire(import.meta.url);

test('the SDK reads a vehicle and, with the user in a header, its signals', async (t) => {
  const { running, token, watched } = await stand(t);
  const car = await watched();
  process.env['SMARTCAR_API_V3_ORIGIN'] = running.simulator.origin;
  t.after(() => delete process.env['SMARTCAR_API_V3_ORIGIN']);
  const smartcar: Json = require('smartcar');
  const bearer = await token();

  const { body } = await smartcar.getVehicle(bearer, car.vehicleId);
  assert.equal(body.data.id, car.vehicleId);
  assert.equal(body.data.attributes.make, car.make);

  const vehicle = new smartcar.Vehicle(car.vehicleId, bearer, { version: '3' });
  const signals = await vehicle.request('GET', 'signals', undefined, car.user, '3');
  assert.ok(signals.body.data.length > 5);
  const lock = await vehicle.request('GET', 'signals/closure-islocked', undefined, car.user, '3');
  assert.equal(typeof lock.body.data.attributes.body.value, 'boolean');
  assert.match(lock.meta['sc-request-id'], /^[0-9a-f-]{36}$/);

  await assert.rejects(
    vehicle.getSignals(),
    (error: Json) => error.statusCode === 400 && error.name === 'SmartcarError',
  );
  const stranger = new smartcar.Vehicle(car.vehicleId, 'not-a-token', { version: '3' });
  await assert.rejects(
    stranger.request('GET', 'signals', undefined, car.user, '3'),
    (error: Json) => error.statusCode === 401,
  );
});

test('the SDK builds an authorize address that Connect opens, and its hash answers the challenge', async (t) => {
  const { call, running } = await stand(t);
  const { demoCredentials } = await import('../../simulator/credentials.ts');
  const { applicationId: clientId, clientSecret, managementToken } = demoCredentials;
  process.env['SMARTCAR_API_ORIGIN'] = running.simulator.origin;
  t.after(() => delete process.env['SMARTCAR_API_ORIGIN']);
  const smartcar: Json = require('smartcar');
  const client = new smartcar.AuthClient({
    clientId,
    clientSecret,
    redirectUri: 'http://127.0.0.1:4000/connect/callback',
  });
  const url = new URL(
    client.getAuthUrl(['required:read_vin', 'read_location'], { state: 's', forcePrompt: true, singleSelect: true }),
  );
  const page = await call('GET', `/oauth/authorize${url.search}`);
  assert.equal(page.status, 200);
  assert.match(page.text, /id="continue-button"/);
  const { signatureOf } = await import('../../simulator/webhooks/signature.ts');
  assert.equal(smartcar.hashChallenge(managementToken, 'challenge'), signatureOf(managementToken, 'challenge'));
});
