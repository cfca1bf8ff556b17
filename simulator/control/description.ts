/** The controls, one entry for each: what `GET /sim/api` answers and what the OpenAPI document is made of. */
import type { z } from 'zod';
import { clockWish } from '../clock.ts';
import { headlessRequest } from '../connect/headless.ts';
import { faultRequest } from '../faults.ts';
import { knobsChange } from '../knobs.ts';
import {
  accountWish,
  applicationWish,
  claim,
  lockWish,
  outageWish,
  ownerWish,
  passwordWish,
  rawEvent,
  secretWish,
  stateWish,
  tokenWish,
} from './wishes.ts';

export interface Control {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** With `{names}` of parameters. */
  path: string;
  summary: string;
  /** What validates the body; absent: there is none. */
  body?: z.ZodType;
  /** A body that may be sent. */
  example?: unknown;
  /** It may refuse although there is nothing to validate. */
  mayRefuse?: true;
  /** When all is well: 200, unless told. */
  status?: 200 | 201 | 202;
}

export const controls: readonly Control[] = [
  { method: 'GET', path: '', summary: 'this list, and everything of Smartcar that is imitated' },
  { method: 'GET', path: '/openapi.json', summary: 'these controls as an OpenAPI document' },
  { method: 'GET', path: '/world', summary: 'cars and accounts with their present state' },
  { method: 'GET', path: '/cars/{vin}', summary: 'one car' },
  { method: 'GET', path: '/makes', summary: 'the makes, how they report, and what they do that others do not' },
  { method: 'GET', path: '/errors', summary: "Smartcar's errors, for faults of kind error" },
  { method: 'GET', path: '/signals', summary: 'the signals that cars answer' },
  { method: 'GET', path: '/faults', summary: 'all faults' },
  {
    method: 'POST',
    path: '/faults',
    summary: 'a fault of everything',
    body: faultRequest,
    example: { kind: 'slow', delayMs: 5000 },
    status: 201,
  },
  { method: 'DELETE', path: '/faults', summary: 'ends all faults' },
  { method: 'DELETE', path: '/faults/{id}', summary: 'ends one fault' },
  {
    method: 'POST',
    path: '/cars/{vin}/faults',
    summary: 'a fault of one car, or of its owner’s account',
    body: faultRequest,
    example: { kind: 'unreachable' },
    status: 201,
  },
  { method: 'DELETE', path: '/cars/{vin}/faults', summary: "ends the car's faults" },
  { method: 'DELETE', path: '/cars/{vin}/faults/{kind}', summary: "ends the car's faults of one kind" },
  {
    method: 'POST',
    path: '/cars/{vin}/owner',
    summary: 'sold into another account of the same make',
    body: ownerWish,
    example: { email: 'clara.ihde@mail.example' },
  },
  {
    method: 'POST',
    path: '/cars/{vin}/fetch',
    summary: "fetches the car's data into the store now",
    mayRefuse: true,
    status: 202,
  },
  {
    method: 'POST',
    path: '/cars/{vin}/trunk',
    summary: 'somebody opens the trunk after a remote unlock',
    mayRefuse: true,
  },
  {
    method: 'POST',
    path: '/cars/{vin}/lock',
    summary: 'somebody at the car locks or unlocks it by hand',
    body: lockWish,
    example: { isLocked: true },
  },
  {
    method: 'POST',
    path: '/cars/{vin}/claims',
    summary: 'a VEHICLE_ERROR that nothing stands behind',
    body: claim,
    example: { type: 'PERMISSION', code: null, signals: ['vehicleuseraccount-role'] },
    status: 202,
  },
  {
    method: 'POST',
    path: '/cars/{vin}/state-event',
    summary: 'a VEHICLE_STATE with these triggers; FIRST_DELIVERY without',
    body: stateWish,
    example: { triggers: ['odometer-traveleddistance'] },
    status: 202,
  },
  { method: 'DELETE', path: '/cars/{vin}/connection', summary: "ends the connection at Smartcar's side" },
  {
    method: 'POST',
    path: '/makes/{make}/outage',
    summary: 'an outage of a make, for a share of its cars',
    body: outageWish,
    example: { code: 'NO_RESPONSE', share: 1 },
    status: 201,
  },
  { method: 'DELETE', path: '/makes/{make}/outage', summary: 'ends the outage' },
  {
    method: 'POST',
    path: '/accounts/{email}/password',
    summary: 'changed at the manufacturer, so Smartcar is signed out',
    body: passwordWish,
    example: { password: 'password2' },
    status: 201,
  },
  {
    method: 'POST',
    path: '/accounts/{email}/app-opened',
    summary:
      "the owner opens the manufacturer's app: it settles ACCOUNT_ISSUE, and signs Smartcar out where there is one session only",
    body: accountWish,
  },
  { method: 'GET', path: '/knobs', summary: 'how the simulator behaves where documents differ' },
  {
    method: 'PATCH',
    path: '/knobs',
    summary: 'changes some; a new webhook address is sent VERIFY',
    body: knobsChange,
    example: { failureShape: 'request', webhook: { duplicates: 'same-event-id' } },
  },
  { method: 'GET', path: '/clock', summary: 'the time here, and how far it is ahead' },
  {
    method: 'POST',
    path: '/clock',
    summary: 'moves the clock ahead, never back',
    body: clockWish,
    example: { advanceS: 5_184_000 },
  },
  { method: 'GET', path: '/application', summary: 'the application as its dashboard has it, without secrets' },
  {
    method: 'PATCH',
    path: '/application',
    summary: 'registers other addresses that Connect may lead back to',
    body: applicationWish,
    example: { redirectUris: ['https://cars.example.com/connect/callback'] },
  },
  {
    method: 'POST',
    path: '/application/secrets',
    summary: "a new secret of v3's API client or of v2; the old one stops at once",
    body: secretWish,
    example: { of: 'v3' },
  },
  { method: 'DELETE', path: '/application', summary: 'the application as it was started: addresses and secrets' },
  { method: 'GET', path: '/webhooks', summary: 'the webhook, its last VERIFY and its last deliveries' },
  { method: 'POST', path: '/webhooks/verify', summary: 'sends VERIFY and checks the answer' },
  {
    method: 'POST',
    path: '/webhooks/raw',
    summary: 'sends the body as an event, signed',
    body: rawEvent,
    example: { eventType: 'VEHICLE_STATE', data: {} },
    status: 202,
  },
  {
    method: 'POST',
    path: '/webhooks/management-token',
    summary: 'a new application management token (AMT); the old one stops at once',
    body: tokenWish,
  },
  { method: 'POST', path: '/tokens/revoke', summary: 'application tokens issued so far are refused' },
  { method: 'GET', path: '/v2/families', summary: "v2's families of tokens with their grants, never a token" },
  { method: 'DELETE', path: '/v2/families', summary: 'revokes all families of v2' },
  { method: 'DELETE', path: '/v2/families/{familyId}', summary: 'revokes one family of v2' },
  {
    method: 'GET',
    path: '/requests',
    summary: 'requests counted by route, by vehicle and by v2 grant, the month’s quota, and the last 200',
  },
  { method: 'DELETE', path: '/requests', summary: 'begins counting again; the quota stays' },
  {
    method: 'POST',
    path: '/authorize',
    summary: 'an owner without a browser goes through Connect; answers where the browser would be sent',
    body: headlessRequest,
    example: {
      url: '/oauth/authorize?response_type=code&client_id=…&redirect_uri=…&scope=read_location',
      email: 'clara.ihde@mail.example',
    },
  },
];

/** What `GET /sim/api` answers; `routes` is what the server has, `METHOD /path`. */
export function describe(routes: readonly string[]): Record<string, unknown> {
  return {
    about: 'Controls of the Smartcar simulator; bad input is answered 400 with a sentence in "error".',
    openapi: '/sim/api/openapi.json',
    calls: Object.fromEntries(
      controls.map(({ method, path, summary, example }) => [
        `${method} /sim/api${path}`,
        example === undefined ? summary : `${summary}: ${JSON.stringify(example)}`,
      ]),
    ),
    faultKinds: faultKinds(),
    imitated: imitatedRoutes(routes),
  };
}

/** Everything of Smartcar that is answered. Other paths are 501, and those with a star say only in which words. */
export function imitatedRoutes(routes: readonly string[]): string[] {
  return routes
    .filter((route) => !/ \/(?:sim(?:\/|$)|$)|\*$/.test(route))
    .sort((a, b) => pathOf(a).localeCompare(pathOf(b)));
}

function pathOf(route: string): string {
  return route.slice(route.indexOf(' ') + 1);
}

/** Kinds of fault with the names of their particulars. */
export function faultKinds(): string[] {
  return faultRequest.options.map(({ shape }) => {
    const { kind, ...others } = shape;
    const names = Object.keys(others);
    return names.length === 0 ? kind.value : `${kind.value} {${names.join(', ')}}`;
  });
}
