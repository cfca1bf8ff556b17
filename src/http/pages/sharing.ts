/** The owner's page about what is shared, car by car, with its reasons and the way to stop. */
import { createElement as h } from 'react';
import type { ReactNode } from 'react';

import type { Permission } from '../../domain/permission.ts';
import type { SharedCar, SharingPage } from '../../flows/sharing-view.ts';
import { say } from '../../texts/say.ts';
import { permissionText, permissionWhy, unbroken, vehicleTitle } from '../../texts/words.ts';
import { htmlDocument } from './document.ts';
import { askSection, buttonForm, stateLine } from './parts.ts';

const pathOf = (token: string, rest: string): string => `/o/${encodeURIComponent(token)}/${rest}`;

const titleOf = (car: SharedCar): string => vehicleTitle({ ...car, year: null });

function lineOf(car: SharedCar, language: string): string {
  const title = titleOf(car);
  return car.plate
    ? say(language, 'page.carAndPlate', { title, plate: unbroken(car.plate) })
    : say(language, 'page.car', { title });
}

/** As an HTML document. `token` is the one in the link. */
export function renderSharingPage(page: SharingPage, { token }: { token: string }): string {
  const { fleet, language, cars, isOwners } = page;
  const [shared, ended] = [
    cars.filter(({ state }) => state !== 'ended'),
    cars.filter(({ state }) => state === 'ended'),
  ];
  const title = say(language, shared.length > 0 ? 'sharing.title' : 'sharing.titleNone');
  return htmlDocument(
    { language, title, fleetName: fleet.name, refreshS: null },
    introSection(page, title, shared.length > 0),
    ...shared.map((car) => carSection(car, page, token)),
    ended.length > 0 && endedSection(ended, language),
    isOwners && dataSection(page, token),
    askSection(fleet, language),
  );
}

function introSection({ fleet, language, ownerName }: SharingPage, title: string, isShared: boolean): ReactNode {
  return h(
    'section',
    { key: 'intro' },
    h('h1', null, title),
    ownerName && h('p', null, say(language, 'sharing.greeting', { name: ownerName })),
    h('p', null, say(language, isShared ? 'sharing.intro' : 'sharing.none', { fleet: fleet.name })),
  );
}

const marks = { shared: 'done', waiting: 'checking', interrupted: 'broken' } as const;

function carSection(car: SharedCar, { language }: SharingPage, token: string): ReactNode {
  const { state, since } = car;
  if (state === 'ended') return null;
  return h(
    'section',
    { key: car.vehicleId },
    h('h2', null, lineOf(car, language)),
    stateLine(marks[state], say(language, car.endsWithRental ? 'sharing.state.leaving' : `sharing.state.${state}`)),
    h(
      'p',
      null,
      say(language, 'sharing.since', { at: since }),
      state === 'interrupted' && ` ${say(language, 'sharing.helps')}`,
    ),
    h('p', { className: 'quiet' }, say(language, 'sharing.what')),
    h('ul', null, ...car.permissions.map((permission) => permissionLine(permission, language))),
    !car.endsWithRental &&
      h(
        'a',
        { className: 'second', href: `${pathOf(token, 'stop')}?car=${car.vehicleId}` },
        say(language, 'sharing.stop'),
      ),
  );
}

const permissionLine = (permission: Permission, language: string): ReactNode =>
  h(
    'li',
    { key: permission },
    h('strong', null, permissionText(permission, language)),
    ', ',
    permissionWhy(permission, language),
  );

function endedSection(cars: readonly SharedCar[], language: string): ReactNode {
  return h(
    'section',
    { key: 'ended' },
    h('h2', null, say(language, 'sharing.ended.title')),
    ...cars.map((car) =>
      h(
        'p',
        { key: car.vehicleId },
        lineOf(car, language),
        h('br'),
        h('span', { className: 'quiet' }, endedText(car, language)),
      ),
    ),
  );
}

const endedText = ({ isEnding, endedAt, since }: SharedCar, language: string): string =>
  say(language, isEnding ? 'sharing.ending' : 'sharing.ended', { at: endedAt ?? since });

function dataSection({ fleet, language }: SharingPage, token: string): ReactNode {
  const params = { fleet: fleet.name };
  return h(
    'section',
    { key: 'data' },
    h('h2', null, say(language, 'sharing.data.title')),
    h('p', null, say(language, 'sharing.data.text', params)),
    buttonForm(pathOf(token, 'export'), {}, say(language, 'sharing.data.button'), { className: 'second' }),
    h('p', { className: 'quiet' }, say(language, 'sharing.data.erase', params)),
  );
}

/** Asks once, naming the car. */
export function renderStopPage(page: SharingPage, car: SharedCar, { token }: { token: string }): string {
  const { fleet, language } = page;
  const title = say(language, 'stop.title', { title: titleOf(car) });
  return htmlDocument(
    { language, title, fleetName: fleet.name, refreshS: null },
    h(
      'section',
      { key: 'stop' },
      h('h1', null, title),
      h('p', { className: 'car' }, lineOf(car, language)),
      h('p', null, say(language, 'stop.text', { fleet: fleet.name })),
      h('p', null, say(language, 'stop.history'), ' ', say(language, 'stop.again')),
      buttonForm(pathOf(token, 'stop'), { car: car.vehicleId }, say(language, 'stop.button'), { className: 'harm' }),
      h('p', null, h('a', { className: 'second', href: pathOf(token, 'sharing') }, say(language, 'stop.keep'))),
    ),
    askSection(fleet, language),
  );
}
