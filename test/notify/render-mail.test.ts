import assert from 'node:assert/strict';
import { test } from 'node:test';

import { notificationKinds } from '../../src/domain/notification.ts';
import type { MailCar, MailModel } from '../../src/notify/mail-model.ts';
import { renderMail } from '../../src/notify/render-mail.ts';

const url = 'https://fleet.example/o/abc123';
const car = (change: Partial<MailCar> = {}): MailCar => ({
  make: 'VOLKSWAGEN',
  model: 'ID.3',
  year: 2023,
  number: 'CAR-104',
  plate: 'M-TL 104',
  cause: 'signedOut',
  starts: 'signIn',
  ...change,
});
const mail = (change: Partial<MailModel> = {}): MailModel => ({
  kind: 'reconnect',
  language: 'en',
  fleet: { name: 'Isar Cars', supportContact: 'help@isar.example' },
  ownerName: 'J. Meyer',
  cars: [car()],
  url,
  ...change,
});

test('an owner of one car reads a letter that says what happened, what to do and where', async () => {
  const { subject, text } = await renderMail(mail());
  assert.equal(subject, 'Please reconnect your VW ID.3');
  assert.equal(
    text,
    `Hello J. Meyer,

Your VW ID.3 (M-TL 104) is no longer connected with Isar Cars.

Volkswagen signed us out, most often because a password was changed. Sign in once; it takes less than a minute.

Reconnect my car:
${url}

Your car's data and bookings are not affected. We never see your password. The same page says what is shared and how to stop.

Questions? help@isar.example

Isar Cars

-- 
You get this message because your car is shared through Isar Cars.
`,
  );
});

test('an owner of several cars gets one message with all of them', async () => {
  const cars = [
    car(),
    car({ make: 'BMW', model: 'i3', plate: null, cause: 'platformMigrated' }),
    car({ make: null, model: null, number: 'CAR-9' }),
  ];
  const { subject, text, html } = await renderMail(mail({ cars }));
  assert.equal(subject, 'Please reconnect your VW ID.3 and 2 more cars');
  assert.match(
    text,
    /- VW ID\.3 \(M-TL 104\): Volkswagen signed us out.*\n- BMW i3: BMW moved its accounts.*\n- CAR-9 \(M-TL 104\): The manufacturer signed us out/,
  );
  for (const title of ['VW ID.3 (M', 'BMW i3', 'CAR-9 (M']) assert.ok(html.includes(title), title);
  assert.equal(
    (await renderMail(mail({ cars: cars.slice(0, 2) }))).subject,
    'Please reconnect your VW ID.3 and 1 more car',
  );
});

test('HTML and text say the same, with one button and its plain address', async () => {
  for (const kind of notificationKinds) {
    const { html, text } = await renderMail(mail({ kind, url: kind === 'repaired' ? null : url }));
    const letters = (words: string): string =>
      words.replaceAll('&#x27;', "'").replaceAll('\u2060', '').replaceAll(/\s+/g, ' ');
    for (const paragraph of text.split('\n\n').filter((part) => !part.includes(url) && !part.startsWith('--'))) {
      assert.ok(letters(html).includes(letters(paragraph)), `${kind}: ${paragraph}`);
    }
    assert.equal(html.split(`href="${url}"`).length - 1, kind === 'repaired' ? 0 : 2, kind);
    assert.doesNotMatch(text, /token|oauth|webhook|scope|entity|\bsync|!|urgent|undefined|unknown/i);
  }
});

test('a message fetches nothing from outside and runs nothing', async () => {
  const { html } = await renderMail(mail({ ownerName: '<script>x</script>', cars: [car({ model: '<img src=x>' })] }));
  assert.doesNotMatch(html, /<script|<img|<[^>]*\ssrc=|<link|@import|url\(/);
  const addresses = [...html.matchAll(/(?:href|xmlns)="(http[^"]*)"/g)].map((match) => match[1]);
  assert.deepEqual([...new Set(addresses)], [url]);
  assert.match(html, /prefers-color-scheme:dark/);
});

test('a subject stays one line whatever a model is called', async () => {
  const { subject } = await renderMail(mail({ cars: [car({ model: 'ID.3\r\nBcc: x@example.com' })] }));
  assert.equal(subject, 'Please reconnect your VW ID.3 Bcc: x@example.com');
});

test('an owner is thanked when it works, and asked nothing', async () => {
  const { subject, text } = await renderMail(mail({ kind: 'repaired', cars: [car({ cause: null })], url: null }));
  assert.equal(subject, 'Your VW ID.3 is connected again');
  assert.match(
    text,
    /Thank you, it works: your VW ID\.3 \(M-TL 104\) is connected with Isar Cars again\.\n\nThere is nothing else to do\./,
  );
});

test('fewer than 60 words stand before the button', async () => {
  for (const kind of ['reconnect', 'connect-invitation'] as const) {
    const { text } = await renderMail(
      mail({ kind, cars: [car({ cause: kind === 'reconnect' ? 'platformMigrated' : null })] }),
    );
    assert.ok(text.slice(0, text.indexOf(url)).split(/\s+/).length < 60);
  }
});
