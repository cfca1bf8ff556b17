import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';

import { stepsBefore } from '../../src/domain/before-connect.ts';
import { causeNames, factsOf } from '../../src/domain/cause.ts';
import type { Cause } from '../../src/domain/cause.ts';
import type { ConnectionId } from '../../src/domain/ids.ts';
import { knownMakes } from '../../src/domain/make-facts.ts';
import { makePolicy } from '../../src/domain/make-policy.ts';
import { defaultRequiredPermissions, optionalPermissions } from '../../src/domain/permission.ts';
import { heldOf, routeOf } from '../../src/domain/reconnect-route.ts';
import type { Start } from '../../src/domain/reconnect-route.ts';
import type { ReturnProblem } from '../../src/domain/returned-car.ts';
import type { LinkPage, PageCar } from '../../src/flows/link-page.ts';
import { renderConfirmPage } from '../../src/http/pages/confirm.ts';
import { renderLinkPage } from '../../src/http/pages/link.ts';
import { renderProblemPage } from '../../src/http/pages/problem.ts';
import { pageStyleHash } from '../../src/http/pages/style.ts';
import { wordingOf } from '../../src/http/pages/wording.ts';
import { connectErrors, connectErrorText } from '../../src/texts/words.ts';

/** What a connection on v3 starts of which nothing else is known. */
function usualStart(cause: Cause | null): Start {
  const around = { required: [], v3: true, ownerKnown: true, connectOrigin: 'https://connect.smartcar.com' };
  return routeOf(cause === null ? null : { cause }, heldOf(null, around)).starts;
}

const car = (change: Partial<PageCar> = {}): PageCar => ({
  connectionId: 'con_1' as ConnectionId, // any id will do for a page
  number: 'CAR-104',
  plate: 'M-TL 104',
  make: 'VOLKSWAGEN',
  model: 'ID.3',
  year: 2023,
  state: 'toDo',
  cause: 'signedOut',
  starts: usualStart(change.cause === undefined ? 'signedOut' : change.cause),
  endedAt: null,
  steps: [],
  ...change,
});

const work = (cars: PageCar[], change: Partial<LinkPage & { page: 'work' }> = {}): LinkPage => ({
  page: 'work',
  kind: 'repair',
  fleet: { name: 'Isar Cars', supportContact: 'help@isar.example' },
  ownerName: 'J. Meyer',
  cars,
  permissions: { required: [...defaultRequiredPermissions], optional: [...optionalPermissions] },
  problem: null,
  language: 'en',
  ...change,
});

/** What a person reads, without markup; the part of the page before `until` where that is given. */
function read(html: string, until?: string): string {
  const body = html.slice(html.indexOf('<body'), until === undefined ? undefined : html.indexOf(until));
  const plain = body
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll('&#x27;', "'")
    .replaceAll('&amp;', '&')
    .replaceAll('\u2060', '');
  return plain.replaceAll(/\s+/g, ' ').trim();
}

const render = (page: LinkPage): string => renderLinkPage(page, { token: 'lnk-secret' });
const buttons = (html: string): number => html.split('<button').length - 1;

test('an owner reads which car, what happened and what to do in under 60 words before the one button', () => {
  const html = render(work([car()]));
  const before = read(html, '<button');
  assert.equal(
    before,
    'Isar Cars Reconnect your VW ID.3 Your VW ID.3, M-TL 104 Hello J. Meyer, Volkswagen signed us out, most often because a password was changed. Sign in once; it takes less than a minute.',
  );
  assert.ok(before.split(' ').length <= 60);
  assert.equal(buttons(html), 1);
  assert.match(
    html,
    /<form action="\/o\/lnk-secret" method="post"><input type="hidden" name="connectionId" value="con_1"\/>/,
  );
  assert.match(read(html), /data and bookings are not affected.*Location.*Lock and unlock.*help@isar\.example/);
});

test('the wording that is kept is what the page says, and names no person', () => {
  for (const cause of [null, ...causeNames]) {
    const one = car({ cause });
    const page = work([one], { kind: cause ? 'repair' : 'connect' }) as LinkPage & { page: 'work' };
    const { id, language, sentences } = wordingOf(one, page);
    const shown = read(render(page));
    for (const sentence of sentences) assert.ok(shown.includes(sentence.replaceAll(/\s+/g, ' ')), sentence);
    assert.match(id, /^[0-9a-f]{64}$/);
    assert.equal(language, 'en');
    assert.doesNotMatch(sentences.join(' '), /Meyer|M-TL|CAR-104/);
    if (buttons(render(page)) > 0) assert.ok(render(page).includes(`name="wording" value="${id}"`));
  }
});

test('another fleet, another list of permissions or another language is another wording', () => {
  const ids = [
    work([car()]),
    work([car()], { fleet: { name: 'Other Cars', supportContact: null } }),
    work([car({ cause: null })]),
    work([car({ cause: null })], { fleet: { name: 'Other Cars', supportContact: null } }),
    work([car()], { permissions: { required: ['read_location'], optional: [] } }),
    work([car({ make: 'BMW' })]),
  ].map((page) => {
    const here = page as LinkPage & { page: 'work' };
    return wordingOf(here.cars[0] ?? car(), here).id;
  });
  assert.equal(new Set(ids).size, 5, 'a repair does not name the fleet in its sentences');
  assert.equal(ids[0], ids[1]);
});

test('every cause gives a page, with a button exactly where signing in helps', () => {
  for (const cause of causeNames) {
    const html = render(work([car({ cause })]));
    const helps = ['reauthenticate', 'authorize', 'widen'].includes(factsOf(cause).route);
    assert.equal(buttons(html), helps ? 1 : 0, cause);
    assert.doesNotMatch(read(html), /token|oauth|webhook|scope|entity|\bsync|!|urgent|undefined|unknown|false/i, cause);
  }
});

test('a car that is connected for the first time asks for no connection id', () => {
  const html = render(work([car({ connectionId: null, cause: null })], { kind: 'connect' }));
  assert.doesNotMatch(html, /name="connectionId"/);
  assert.match(read(html), /Connect your VW ID\.3 .* Connect my car/);
});

test('owners of several cars find a button for each that needs one', () => {
  const cars = [
    car(),
    car({ connectionId: 'con_2' as ConnectionId, number: 'CAR-7', make: 'BMW', model: 'i3', plate: null }), // as above
    car({
      connectionId: 'con_3' as ConnectionId,
      number: 'CAR-8',
      state: 'done',
      endedAt: new Date('2026-05-03T10:00:00Z'),
    }), // as above
  ];
  const html = render(work(cars));
  assert.equal(buttons(html), 2);
  assert.match(html, /value="con_1"/);
  assert.match(html, /value="con_2"/);
  assert.match(read(html), /Reconnect your 2 cars .* Your BMW i3 .* Repaired on 3 May\. Thank you\./);
});

test('a car being checked looks again by itself; nothing else does', () => {
  const refresh = '<meta http-equiv="refresh" content="4"/>';
  assert.ok(render(work([car({ state: 'checking' })])).includes(refresh));
  for (const state of ['toDo', 'done', 'withdrawn'] as const)
    assert.ok(!render(work([car({ state })])).includes(refresh));
});

test('what is over says so and has no button', () => {
  const endedAt = new Date('2026-05-03T10:00:00Z');
  const done = render(work([car({ state: 'done', endedAt })]));
  assert.match(read(done), /It works .* Repaired on 3 May\. Thank you\./);
  const withdrawn = render(work([car({ state: 'withdrawn', endedAt })]));
  assert.match(read(withdrawn), /It healed by itself .* worked again since 3 May; you need not sign in\./);
  assert.equal(buttons(done) + buttons(withdrawn), 0);
});

test('every documented way back from Connect has its own words, and what is not documented has some too', () => {
  const titles = new Set<string>();
  for (const error of [...connectErrors, 'brand_new_error']) {
    const html = render(work([car()], { problem: { problem: 'connectError', error } }));
    const words = connectErrorText(error, { make: 'VOLKSWAGEN' });
    for (const part of Object.values(words)) assert.ok(read(html).includes(part), `${error}: ${part}`);
    assert.match(html, />Start again<\/button>/);
    titles.add(words.title);
  }
  assert.equal(titles.size, connectErrors.length);
});

test('what we found wrong on return is told, and a VIN only by its end', () => {
  const problems: ReturnProblem[] = [
    { problem: 'wrongCar', field: 'vin', expected: 'WVWZZZE1ZPP004711', found: 'WVWZZZE1ZPP009999' },
    { problem: 'alreadyConnected' },
    { problem: 'notListed' },
    { problem: 'severalCars' },
  ];
  for (const problem of problems) {
    const html = render(work([car()], { problem }));
    assert.match(html, /class="note"/);
    assert.doesNotMatch(html, /WVWZZZ/);
  }
  assert.match(read(render(work([car()], { problem: problems[0] ?? null }))), /VIN …009999 instead of …004711/);
});

/** As the flow makes it, for everything that fleets ask for. */
const ofMake = (make: string, change: Partial<PageCar> = {}): PageCar =>
  car({
    make,
    steps: stepsBefore({ make: makePolicy(make), country: 'DE', delivery: 'link', asked: defaultRequiredPermissions }),
    ...change,
  });

test('owners of some makes are told beforehand what they need [§2.5-4, §5-12]', () => {
  const before = (make: string, cause: Cause | null = 'signedOut'): string =>
    read(render(work([ofMake(make, { cause })])), '<button');
  assert.match(before('TESLA'), /Before you start .*virtual key/);
  assert.match(before('FORD'), /Before you start Ford may want an app for this\. If it stops, ask us\./);
  assert.match(before('LINCOLN'), /Lincoln may want an app/);
  assert.match(before('AUDI', null), /primary user \(key user\)/);
  assert.doesNotMatch(before('BMW'), /Before you start/);
});

test('whatever the make, at most 60 words stand before the button, and the button is there', () => {
  for (const make of knownMakes) {
    for (const page of [
      work([ofMake(make)]),
      work([ofMake(make, { connectionId: null, cause: null })], { kind: 'connect' }),
    ]) {
      const html = render(page);
      const words = read(html, '<button').split(' ').length;
      assert.ok(words <= 60, `${make}: ${words} words`);
      assert.equal(buttons(html), 1, make);
      assert.doesNotMatch(read(html), /token|oauth|webhook|scope|entity|\bsync|!|urgent|undefined/i, make);
    }
  }
});

test('what an owner has to know first is not said where nothing is to do', () => {
  for (const state of ['checking', 'done', 'withdrawn'] as const)
    assert.doesNotMatch(read(render(work([ofMake('TESLA', { state })]))), /Before you start/);
});

test('a closed link says why, whether or not we know whose it was', () => {
  for (const reason of ['unknown', 'expired', 'used', 'withdrawn'] as const) {
    const known = render({
      page: 'closed',
      reason,
      fleet: { name: 'Isar Cars', supportContact: '+49 89 1234' },
      language: 'en',
    });
    assert.match(known, /href="tel:\+49891234"/);
    const html = render({ page: 'closed', reason, fleet: null, language: 'de-AT' });
    assert.equal(buttons(html), 0);
    assert.ok(read(html).length > 40);
    assert.match(html, /<html lang="en">/);
  }
});

test('names from outside are shown, never carried out', () => {
  const evil = '<script>alert(1)</script>';
  const pages = [
    render(
      work([car({ model: evil, plate: evil })], {
        ownerName: evil,
        fleet: { name: evil, supportContact: `javascript:${evil}` },
      }),
    ),
    renderConfirmPage({ state: `"><script>`, [`a"><script>`]: 'x' }),
    renderProblemPage({ code: 'not_found', title: evil, requestId: evil }),
  ];
  for (const html of pages) {
    assert.doesNotMatch(html, /<script/);
    assert.doesNotMatch(html, /href="javascript/);
  }
});

test('coming back in another browser asks once, and carries along what came', () => {
  const html = renderConfirmPage({ state: 'abc', user_id: 'u-1' });
  assert.match(
    html,
    /<form action="\/connect\/confirm" method="post"><input type="hidden" name="state" value="abc"\/><input type="hidden" name="user_id" value="u-1"\/>/,
  );
  assert.match(read(html), /Continue here\?/);
  assert.equal(buttons(html), 1);
});

test('a page for a problem names the remedy and the number to ask with', () => {
  const html = renderProblemPage({ code: 'link_unknown', title: 'This link is not known.', requestId: 'req-7' });
  assert.match(read(html), /That did not work This link is not known\. .* req-7/);
});

test('the stylesheet in every page is the one that the hash allows, and nothing comes from outside', () => {
  for (const html of [
    render(work([car()])),
    renderConfirmPage({}),
    renderProblemPage({ code: 'x', title: 'y', requestId: null }),
  ]) {
    const styles = [...html.matchAll(/<style>([^<]*)<\/style>/g)];
    assert.equal(styles.length, 1);
    const digest = createHash('sha256')
      .update(styles[0]?.[1] ?? '')
      .digest('base64');
    assert.equal(pageStyleHash, `'sha256-${digest}'`);
    assert.doesNotMatch(html, /\sstyle=|<link|<img|<script|src=/);
    assert.match(html, /^<!DOCTYPE html><html lang="en">/);
  }
});
