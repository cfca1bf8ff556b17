/** The table of routes, against a second list that is written by hand; and what holds of every row. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';

import { causeNames, factsOf } from '../../src/domain/cause.ts';
import type { Cause, Route, Who } from '../../src/domain/cause.ts';
import { heldOf, isOwners, routeOf, routeRows, rowFor } from '../../src/domain/reconnect-route.ts';
import type { Held, Start } from '../../src/domain/reconnect-route.ts';
import { aBrokenConnection, aConnection, policy } from './builders.ts';

const origin = 'https://connect.smartcar.com';
const own = `${origin}/oauth/reauthenticate?response_type=vehicle_id&vehicle_id=car-1`;

/** On v3, with everything granted, an owner who can be written to, and credentials for v3. */
const onV3: Held = {
  platform: 'v3',
  tokens: true,
  resolution: 'none',
  listed: null,
  missing: [],
  ownerKnown: true,
  v3: true,
};
/** On v2 in an installation that has nothing else. */
const onV2: Held = { ...onV3, platform: 'v2', v3: false };
const lacking = { missing: ['read_location'] };

type Line = [causes: Cause | readonly Cause[], held: Held, route: Route, starts: Start, who: Who, address?: string];

// Written from docs/smartcar.md §1.4, §4.2, §9.1 and decision 16, and not from the code.
const lines: readonly Line[] = [
  // A lost login: by the error's own address where it is Connect's, by one of ours otherwise.
  [['signedOut', 'platformMigrated'], onV3, 'reauthenticate', 'signIn', 'owner', 'built'],
  [
    ['signedOut', 'platformMigrated'],
    { ...onV3, resolution: 'own' },
    'reauthenticate',
    'signIn',
    'owner',
    'resolution',
  ],
  [['signedOut', 'platformMigrated'], { ...onV3, resolution: 'foreign' }, 'reauthenticate', 'signIn', 'owner', 'built'],
  [['signedOut', 'platformMigrated'], onV2, 'reauthenticate', 'signIn', 'owner', 'built'],
  [
    ['signedOut', 'platformMigrated'],
    { ...onV2, resolution: 'own' },
    'reauthenticate',
    'signIn',
    'owner',
    'resolution',
  ],
  [['signedOut', 'platformMigrated'], { ...onV2, tokens: false }, 'authorize', 'grant', 'owner'],
  [['signedOut', 'platformMigrated'], { ...onV3, listed: false }, 'authorize', 'grant', 'owner'],
  [['signedOut', 'platformMigrated'], { ...onV3, ...lacking }, 'widen', 'widen', 'owner'],
  [['signedOut', 'platformMigrated'], { ...onV2, ...lacking, resolution: 'own' }, 'widen', 'widen', 'owner'],
  // v2's tokens are gone: v3 does without, where there are credentials for it and it has not said no.
  [['grantLapsed', 'tokensRefused', 'tokensLost'], onV2, 'authorize', 'grant', 'owner'],
  [['grantLapsed', 'tokensRefused', 'tokensLost'], { ...onV2, v3: true }, 'automatic', 'moveToV3', 'operator'],
  [
    ['grantLapsed', 'tokensRefused', 'tokensLost'],
    { ...onV2, v3: true, ...lacking },
    'automatic',
    'moveToV3',
    'operator',
  ],
  [
    ['grantLapsed', 'tokensRefused', 'tokensLost'],
    { ...onV2, v3: true, listed: true },
    'automatic',
    'moveToV3',
    'operator',
  ],
  [['grantLapsed', 'tokensRefused', 'tokensLost'], { ...onV2, v3: true, listed: false }, 'authorize', 'grant', 'owner'],
  [
    ['grantLapsed', 'tokensRefused', 'tokensLost'],
    { ...onV2, v3: true, listed: false, ...lacking },
    'widen',
    'widen',
    'owner',
  ],
  [['grantLapsed', 'tokensRefused', 'tokensLost'], { ...onV2, ...lacking }, 'widen', 'widen', 'owner'],
  // The owner ended it: at Smartcar it is gone, at the manufacturer's the connection may still be listed.
  ['revokedByOwner', onV3, 'authorize', 'grant', 'owner'],
  ['revokedByOwner', { ...onV3, listed: false, resolution: 'own' }, 'authorize', 'grant', 'owner'],
  ['revokedByOwner', { ...onV3, listed: true }, 'reauthenticate', 'signIn', 'owner', 'built'],
  ['revokedByOwner', { ...onV3, resolution: 'own' }, 'reauthenticate', 'signIn', 'owner', 'resolution'],
  ['revokedByOwner', { ...onV3, resolution: 'foreign' }, 'authorize', 'grant', 'owner'],
  ['revokedByOwner', { ...onV3, listed: true, ...lacking }, 'widen', 'widen', 'owner'],
  ['revokedByOwner', onV2, 'authorize', 'grant', 'owner'],
  ['revokedByOwner', { ...onV2, tokens: false, resolution: 'own' }, 'authorize', 'grant', 'owner'],
  ['vehicleRemoved', onV3, 'authorize', 'grant', 'owner'],
  ['vehicleRemoved', { ...onV3, resolution: 'own', listed: true }, 'authorize', 'grant', 'owner'],
  ['disconnectedHere', onV3, 'authorize', 'grant', 'operator'],
  ['superseded', onV3, 'none', 'nothing', 'nobody'],
  // More is needed than was granted.
  ['permissionMissing', { ...onV3, ...lacking }, 'widen', 'widen', 'operator'],
  ['permissionMissing', { ...onV2, ...lacking }, 'widen', 'widen', 'operator'],
  // The owner acts elsewhere.
  [
    ['accountIssue', 'subscriptionLapsed', 'virtualKeyMissing', 'remoteAccessDisabled'],
    onV3,
    'ownerAction',
    'explain',
    'owner',
  ],
  [
    ['accountIssue', 'subscriptionLapsed', 'virtualKeyMissing', 'remoteAccessDisabled'],
    { ...onV2, resolution: 'own' },
    'ownerAction',
    'explain',
    'owner',
  ],
  // Nobody acts but machines.
  ['waitingForFirstData', onV3, 'automatic', 'read', 'nobody'],
  [['noFirstData', 'smartcarFailing', 'nonsense', 'notFound'], onV3, 'automatic', 'read', 'smartcar'],
  ['manufacturerFailing', { ...onV2, ...lacking }, 'automatic', 'read', 'manufacturer'],
  ['smartcarUnreachable', onV2, 'automatic', 'read', 'us'],
  // No sign-in and no read would help.
  [['incompatible', 'planLimit', 'accountSuspended'], onV3, 'none', 'nothing', 'operator'],
  [['credentials', 'requestRefused'], onV3, 'none', 'nothing', 'us'],
];

const named = (held: Held): string =>
  Object.entries(held)
    .filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(onV3[name as keyof Held])) // a Held's own names
    .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
    .join(', ') || 'nothing special';

describe('the way back of a connection [§1.4-4, §9.1-1, §9.1-3, §9.1-4]', () => {
  for (const [causes, held, route, starts, who, address] of lines) {
    for (const cause of [causes].flat()) {
      test(`${cause} with ${named(held)}: ${route}, which starts ${starts}${address ? ` (${address})` : ''}`, () => {
        const way = routeOf({ cause }, held);
        assert.deepEqual([way.route, way.starts, way.who, way.address ?? undefined], [route, starts, who, address]);
      });
    }
  }

  test('every cause and every row of the table is walked by a line above', () => {
    const walked = lines.flatMap(([causes, held]) =>
      [causes].flat().map((cause) => ({ cause, row: rowFor(cause, held) })),
    );
    assert.deepEqual(
      causeNames.filter((name) => !walked.some(({ cause }) => cause === name)),
      [],
    );
    assert.deepEqual(
      routeRows.filter((row) => !walked.some((one) => one.row === row)),
      [],
    );
  });

  test('a vehicle that was never connected is authorized; one that works has nothing to repair', () => {
    assert.deepEqual(routeOf(null, onV3), {
      ...{ route: 'authorize', who: 'operator', starts: 'grant', address: null },
      ...{ forced: false, reaches: 'mail', missing: [] },
    });
    const { route, starts, reaches } = routeOf(aConnection(), onV3);
    assert.deepEqual([route, starts, reaches], ['none', 'nothing', null]);
  });

  const anyHeld: fc.Arbitrary<Held> = fc.record({
    platform: fc.constantFrom('v3', 'v2'),
    tokens: fc.boolean(),
    resolution: fc.constantFrom('own', 'foreign', 'none'),
    listed: fc.constantFrom(true, false, null),
    missing: fc.constantFrom([], ['read_location']),
    ownerKnown: fc.boolean(),
    v3: fc.boolean(),
  });

  test('whatever is held, the owner is needed exactly for what they do, and the permissions are shown only to widen them', () => {
    fc.assert(
      fc.property(fc.constantFrom(...causeNames), anyHeld, (cause, held) => {
        const way = routeOf({ cause }, held);
        assert.equal(way.reaches !== null, isOwners(way.starts));
        assert.equal(way.reaches === 'mail', isOwners(way.starts) && held.ownerKnown);
        assert.equal(way.forced, way.route === 'widen');
        assert.equal(way.address !== null, way.starts === 'signIn');
        assert.equal(
          ['signIn', 'grant', 'widen'].includes(way.starts),
          ['reauthenticate', 'authorize', 'widen'].includes(way.route),
        );
        if (way.address === 'resolution') assert.equal(held.resolution, 'own');
        // A sign-in gives neither tokens nor permissions.
        if (way.starts === 'signIn') assert.ok(held.missing.length === 0 && (held.platform === 'v3' || held.tokens));
        if (way.starts === 'moveToV3') assert.ok(held.v3 && held.platform === 'v2');
        // Who does not have to act is never bothered by what is held.
        if (!isOwners(way.starts)) assert.notEqual(way.who, 'owner');
        if (factsOf(cause).route === 'none') assert.equal(way.starts, 'nothing');
      }),
    );
  });
});

describe('what is held of a connection', () => {
  const around = { required: policy.requiredPermissions, v3: true, ownerKnown: true, connectOrigin: origin };
  const held = (change: Parameters<typeof aConnection>[0]): Held => heldOf(aConnection(change), around);

  test('v3 needs no tokens; v2 has none once they lapsed, were refused, or were never there', () => {
    assert.equal(held({}).tokens, true);
    const family = aConnection().id as unknown as NonNullable<ReturnType<typeof aConnection>['tokenSetId']>; // any id will do
    assert.equal(held({ platform: 'v2', tokenSetId: family }).tokens, true);
    assert.equal(held({ platform: 'v2' }).tokens, false);
    const lost = aBrokenConnection('tokensLost', { platform: 'v2', tokenSetId: family });
    assert.equal(heldOf(lost, around).tokens, false);
  });

  for (const [address, kind] of [
    [own, 'own'],
    [null, 'none'],
    ['https://connect.smartcar.com.evil.example/oauth/reauthenticate', 'foreign'],
    ['http://connect.smartcar.com/oauth/reauthenticate', 'foreign'],
    ['//connect.smartcar.com/oauth/reauthenticate', 'foreign'],
    ['javascript:alert(1)', 'foreign'],
    ['not an address', 'foreign'],
  ] as const) {
    test(`an error's address ${address ?? 'that is not there'} is ${kind}`, () => {
      assert.equal(held({ resolutionUrl: address }).resolution, kind);
    });
  }

  test('what is lacking was not granted, or was granted and is refused all the same, as far as it is required', () => {
    const permissions = policy.requiredPermissions.filter((name) => name !== 'control_security');
    const { missing } = held({ permissions, refusedPermissions: ['read_location', 'read_tires'] });
    assert.deepEqual(missing, ['read_location', 'control_security']);
  });
});
