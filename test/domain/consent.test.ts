import assert from 'node:assert/strict';
import { test } from 'node:test';

import { consentChange } from '../../src/domain/consent.ts';
import type { ConsentChange } from '../../src/domain/consent.ts';
import type { Connection } from '../../src/domain/connection.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import { transition } from '../../src/domain/transition.ts';
import * as build from './builders.ts';

const { policy } = build;
const worked = (c: Connection, outcome: Outcome): ConsentChange[] =>
  transition(c, outcome, policy, outcome.at).consents;
const said = (c: Connection, outcome: Outcome): string[] => worked(c, outcome).map(({ kind, way }) => `${kind} ${way}`);

const active = build.aConnection();
const gone = build.aBrokenConnection('revokedByOwner');

test('a grant that stops working is not taken back by anybody', () => {
  for (const meaning of [
    'signedOut',
    'platformMigrated',
    'grantLapsed',
    'tokensRefused',
    'subscriptionLapsed',
  ] as const)
    assert.deepEqual(said(active, build.failed(60, meaning)), [], meaning);
});

test('what the owner took back at Smartcar or the manufacturer is withdrawn as we learnt it', () => {
  const [withdrawn] = worked(active, build.failed(60, 'revoked'));
  assert.deepEqual(
    [withdrawn?.kind, withdrawn?.way, withdrawn?.via, withdrawn?.permissions],
    ['withdrawn', 'smartcar', 'poll', []],
  );
  assert.deepEqual(said(active, build.failed(60, 'vehicleRemoved')), ['withdrawn smartcar']);
  assert.deepEqual(said(gone, build.failed(60, 'vehicleRemoved')), [], 'once is enough');
});

test('what comes back without us was given elsewhere', () => {
  assert.deepEqual(said(gone, build.data(60, 30)), ['given elsewhere']);
});

test('a repair renews it, with what is allowed now', () => {
  const outcome = { ...build.repaired(60), permissions: ['read_location'] };
  assert.deepEqual(
    worked(gone, outcome).map(({ kind, way, permissions }) => [kind, way, permissions]),
    [['renewed', 'link', ['read_location']]],
  );
});

test('what an operator moves to v3 without the owner renews nothing; what v3 lists otherwise has changed', () => {
  const onV2 = build.aBrokenConnection('tokensLost', { platform: 'v2' });
  const grant = { platform: 'v3', tokenSetId: null } as const;
  const mended = (permissions: string[]) => build.repaired(60, { via: 'operator', grant, permissions });
  assert.deepEqual(said(onV2, mended(onV2.permissions)), []);
  assert.deepEqual(said(onV2, mended(['read_location'])), ['changed smartcar']);
});

test('disconnecting withdraws it, by whoever did it, and once', () => {
  for (const via of ['owner', 'operator'] as const) {
    const outcome: Outcome = { kind: 'disconnected', via, at: build.minutes(60), requestId: null };
    assert.deepEqual(said(active, outcome), [`withdrawn ${via}`]);
    const ended = transition(active, outcome, policy, outcome.at).connection;
    assert.deepEqual(said(ended, outcome), []);
  }
});

test('permissions that changed at Smartcar are written down as they are now; the same ones are not', () => {
  const listed = (permissions: string[]): Outcome => ({
    kind: 'listed',
    via: 'reconciliation',
    at: build.minutes(60),
    requestId: null,
    permissions,
    smartcarConnectionId: null,
  });
  assert.deepEqual(said(active, listed(active.permissions)), []);
  const fewer = active.permissions.slice(1);
  assert.deepEqual(worked(active, listed(fewer))[0]?.permissions, fewer);
  assert.deepEqual(said(active, listed(fewer)), ['changed smartcar']);
  assert.equal(consentChange(active, active, listed(active.permissions)), null);
});
