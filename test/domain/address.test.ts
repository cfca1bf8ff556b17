import assert from 'node:assert/strict';
import { test } from 'node:test';

import { addressKind, isSameAddress } from '../../src/domain/address.ts';

test('an address that the world and Smartcar can reach is told from all others [§1.1-19, §6.4-8]', () => {
  const kinds = {
    secure: ['https://cars.example.com', 'https://8.8.8.8', 'https://[2a00:1450::1]', 'https://172.32.0.1'],
    plain: ['http://cars.example.com', 'http://100.128.0.1'],
    loopback: ['http://localhost:4000', 'https://127.0.0.1', 'http://[::1]:4000', 'http://cars.localhost'],
    private: [
      ...['https://10.0.0.7', 'https://192.168.1.20', 'https://172.16.4.4', 'https://169.254.9.9', 'http://0.0.0.0:80'],
      ...['https://100.64.0.1', 'https://[fd12::1]', 'https://[fe80::1]', 'https://nas.local', 'https://towline'],
    ],
  };
  for (const [kind, addresses] of Object.entries(kinds))
    for (const address of addresses) assert.equal(addressKind(address), kind, address);
});

test('two addresses are the same whatever this machine is called, and with a slash at the end', () => {
  const same: [string, string, boolean][] = [
    ['https://a.example/hook', 'https://a.example/hook/', true],
    ['http://127.0.0.1:4000/hook', 'http://localhost:4000/hook', true],
    ['http://127.0.0.1:4000/hook', 'http://127.0.0.1:4001/hook', false],
    ['https://a.example/hook', 'http://a.example/hook', false],
    ['https://a.example/hook', 'https://a.example/Hook', false],
    ['https://a.example/hook', 'nowhere', false],
  ];
  for (const [one, other, expected] of same) assert.equal(isSameAddress(one, other), expected, `${one} ${other}`);
});
