import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from '../../src/config.ts';

test("without a word about addresses Towline asks Smartcar's hosts [§0.4-1, §0.4-2, §0.4-3, §0.4-4, §0.4-5, §0.4-6, §0.4-7]", () => {
  const { smartcar } = readConfig({
    SMARTCAR_APPLICATION_ID: '7d0f3c52-8f1b-4a6e-9c1d-2b5e64a0f1d3',
    SMARTCAR_API_CLIENT_ID: 'client_01ABC',
    SMARTCAR_API_CLIENT_SECRET: 'very-secret',
  });
  assert.deepEqual(smartcar.origins, {
    connect: 'https://connect.smartcar.com',
    auth: 'https://auth.smartcar.com',
    api: 'https://api.smartcar.com',
    managementApi: 'https://management.smartcar.com',
    iam: 'https://iam.smartcar.com',
    apiV3: 'https://vehicle.api.smartcar.com',
    managementApiV3: 'https://management.api.smartcar.com',
  });
});
