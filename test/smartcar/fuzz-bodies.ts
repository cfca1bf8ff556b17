/**
 * Bodies nobody sends on purpose: each documented or captured one broken in a few places, arbitrary JSON, and arbitrary
 * bytes. Breaking what is known finds most, since it gets past the first check.
 */
import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { fixture } from './fixture.ts';

export const fixtureNames: readonly string[] = readdirSync(new URL('../fixtures/smartcar', import.meta.url))
  .filter((name) => name.endsWith('.json'))
  .map((name) => name.slice(0, -'.json'.length))
  .sort();

/** What JSON can say and `JSON.stringify` can't: put in as text in place of these words. */
const rawTexts: Readonly<Record<string, string>> = {
  '@@huge': '1e999',
  '@@minusHuge': '-1e999',
  '@@minusZero': '-0',
  '@@long': '9'.repeat(400),
  '@@deepList': '['.repeat(10_000) + ']'.repeat(10_000),
  '@@deepObject': `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`,
  '@@twins': '{"id":"a","id":"b"}',
  '@@polluting': '{"__proto__":{"polluted":1,"value":1},"constructor":{"prototype":{"polluted":1}},"value":2}',
  '@@escapedPolluting': '{"\\u005f_proto__":{"polluted":1},"value":3}',
};

const deceitful: readonly unknown[] = [
  ...[null, true, false, 0, 1, -1, 0.5, 2 ** 53, 1e308, 5e-324, 1_772_352_771, 1_772_352_771_820, 8.64e15],
  ...[
    '',
    ' ',
    '0',
    '.',
    '..',
    'a/../b',
    'ERROR',
    'SUCCESS',
    'error',
    'RESOLVED',
    'VERIFY',
    'VEHICLE_ERROR',
    ':',
    'A:B',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'a\0b',
    '\ud800',
    '\udc00x',
    '\u202e',
    'x'.repeat(300),
    'y'.repeat(70_000),
  ],
  ...['0000-01-01', '1970-01-01T00:00:00Z', '2026-02-30T10:00:00Z', '2026-03-01 08:12:53', '+275760-09-13T00:00:00Z'],
  ...['9999-12-31T23:59:60Z', 'soon 2026', 'javascript:alert(1)', 'https://connect.smartcar.com.evil.example/oauth'],
  ...[[], {}, [[]], [null], { toString: 1, valueOf: 1 }, { toJSON: 'x' }, { length: 5 }, { value: {} }, { then: 1 }],
  ...Object.keys(rawTexts),
];

const operations = [
  ...([
    'delete',
    'retype',
    'duplicate',
    'wrap',
    'unwrap',
    'swap',
    'splice',
    'grow',
    'rename',
    // The most productive of all.
    ...Array.from({ length: 6 }, () => 'lie' as const),
  ] as const),
  ...(['repeatKey', 'pollute', 'pollute', 'taint', 'taint'] as const),
] as const;

interface Mutation {
  operation: (typeof operations)[number];
  /** Which place of the body, and which other one. */
  at: number;
  other: number;
  value: unknown;
}

/** Without fast-check's liking for small numbers, by which nearly every mutation would hit the body's first member. */
const mutation: fc.Arbitrary<Mutation> = fc.noBias(
  fc.record({
    operation: fc.constantFrom(...operations),
    at: fc.nat(),
    other: fc.nat(),
    value: fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...deceitful) },
      { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
    ),
  }),
);

type Holder = Record<string, unknown> | unknown[];
interface Place {
  holder: Holder;
  key: string;
}

/** Every place in a body where a value stands, the root's own excepted. */
function placesIn(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Holder; // an object that is not null is one or the other
  return Object.entries(holder).flatMap(([key, inner]) => [{ holder, key }, ...placesIn(inner)]);
}

const valueAt = ({ holder, key }: Place): unknown => Reflect.get(holder, key);

function put({ holder, key }: Place, value: unknown): void {
  // As its own member: assigning to `__proto__` would do something else.
  Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true });
}

function remove({ holder, key }: Place): void {
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else Reflect.deleteProperty(holder, key);
}

const copied = (value: unknown): unknown => structuredClone(value);

function retyped(value: unknown): unknown {
  if (typeof value === 'string') return Number(value) || value.length;
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return Object.fromEntries(value.entries());
  if (typeof value === 'object' && value !== null) return Object.values(value);
  return String(value);
}

/** A list with far more in it than anybody has, or a text far longer. */
function grown(value: unknown): unknown {
  if (Array.isArray(value)) return Array.from({ length: 600 }, (_, at) => copied(value[at % (value.length || 1)]));
  if (typeof value === 'string') return value.repeat(Math.ceil(2_500 / (value.length || 1)));
  return Array.from({ length: 50 }, () => copied(value));
}

/** The same text with something in it that doesn't belong there. */
function tainted(text: string, choice: number): string {
  const taints = [
    '\0',
    '\ud800',
    '\udfff',
    '\u202e',
    '\n',
    ' '.repeat(3_000),
    'x'.repeat(195),
    '%2e%2e/',
    ':',
    '__proto__',
  ];
  const taint = taints[choice % taints.length] ?? '';
  return choice % 3 === 0 ? `${taint}${text}` : `${text}${taint}`;
}

function unwrapped(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? (Object.values(value)[0] ?? null) : { value };
}

/** Changes the body in place. */
function mutate(body: unknown, { operation, at, other, value }: Mutation): void {
  const places = placesIn(body);
  const place = places[at % places.length];
  const second = places[other % places.length];
  if (!place || !second) return;
  const here = valueAt(place);
  switch (operation) {
    case 'delete':
      return remove(place);
    case 'retype':
      return put(place, retyped(here));
    case 'duplicate':
      return Array.isArray(place.holder)
        ? void place.holder.push(copied(here))
        : put({ ...place, key: `${place.key}2` }, copied(here));
    case 'wrap':
      return put(place, other % 2 === 0 ? [here] : { [second.key]: here });
    case 'unwrap':
      return put(place, unwrapped(here));
    case 'swap': {
      const there = copied(valueAt(second));
      put(second, copied(here));
      return put(place, there);
    }
    case 'splice':
      return put(place, copied(valueAt(second)));
    case 'grow':
      return put(place, grown(here));
    case 'rename':
      remove(place);
      return put({ ...place, key: Array.isArray(place.holder) ? String(place.holder.length) : second.key }, here);
    case 'lie':
      return put(place, copied(value));
    case 'taint':
      return put(place, typeof here === 'string' ? tainted(here, other) : copied(value));
    case 'repeatKey':
      return Array.isArray(place.holder) ? undefined : put({ ...place, key: `@@again:${place.key}` }, copied(value));
    case 'pollute':
      if (Array.isArray(place.holder)) return;
      return put(
        { ...place, key: other % 2 === 0 ? '__proto__' : 'constructor' },
        { polluted: 1, value: 1, code: 'x' },
      );
  }
}

/** As JSON, with what JSON can say and objects can't: names that stand twice, numbers without end, nesting without end. */
function written(body: unknown): string {
  return (JSON.stringify(body) ?? 'null')
    .replaceAll('"@@again:', '"')
    .replaceAll(/"(@@\w+)"(?!:)/g, (whole, word: string) => rawTexts[word] ?? whole);
}

/** A fixture broken in one to five places; now and then cut off, or with something before or after it. */
export function broken(names: readonly string[]): fc.Arbitrary<string> {
  const whole = fc.record({
    name: fc.constantFrom(...names),
    mutations: fc.noBias(fc.array(mutation, { minLength: 1, maxLength: 4 })),
    cutAt: fc.oneof(
      { weight: 12, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) },
    ),
    around: fc.constantFrom(
      ...Array.from({ length: 12 }, () => ['', '']),
      ['\uFEFF', ''],
      ['\uFEFF\uFEFF', ''],
      [' ', '\n'],
      ['', '\0'],
      ['[', ']'],
      ['{"data":', '}'],
    ),
  });
  return whole.map(({ name, mutations, cutAt, around }) => {
    const body = fixture(name); // read anew, so that it can be changed in place
    for (const one of mutations) mutate(body, one);
    const text = `${around[0] ?? ''}${written(body)}${around[1] ?? ''}`;
    return cutAt === null ? text : text.slice(0, Math.floor(cutAt * text.length));
  });
}

/** Text that is hard on parsers whatever they look for. */
const nasty: readonly string[] = [
  ...[
    '',
    ' ',
    'null',
    'true',
    '0',
    '""',
    '[]',
    '{}',
    '{',
    '[',
    '"',
    '\0',
    '\uFEFF',
    'NaN',
    'undefined',
    '{"data":null}',
  ],
  ...['{"data":[null]}', '{"data":{"data":{}}}', '{"errors":[]}', '{"errors":[null]}', '{"errors":{}}', '{"error":[]}'],
  ...['{"data":[[]],"links":{"next":"?page=2"},"meta":{"pageNumber":1,"pageSize":1,"totalCount":9e15}}'],
  ...[
    '{"error":"__proto__"}',
    '{"type":"__proto__","code":"constructor"}',
    '<html></html>',
    'a=b&c=d',
    '[1,2',
    '\ud800',
  ],
  ...Object.values(rawTexts),
  `{"data":${rawTexts['@@deepList']}}`,
  `{"data":{"attributes":${rawTexts['@@deepObject']}}}`,
];

/** Bodies of every sort, as text: mostly broken ones of these fixtures. */
export const bodies = (names: readonly string[] = fixtureNames): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 8, arbitrary: broken(names) },
    { weight: 1, arbitrary: broken(fixtureNames) },
    { weight: 1, arbitrary: fc.json({ maxDepth: 5 }) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
    { weight: 1, arbitrary: fc.constantFrom(...nasty) },
  );

/** The same as bytes, which may be no UTF-8 at all. */
export const rawBodies = (names: readonly string[]): fc.Arbitrary<Buffer> =>
  fc.oneof(
    { weight: 10, arbitrary: bodies(names).map((text) => Buffer.from(text, 'utf8')) },
    { weight: 1, arbitrary: bodies(names).map((text) => Buffer.from(text, 'utf16le')) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) },
    {
      weight: 2,
      arbitrary: fc.tuple(broken(names), fc.nat(), fc.integer({ min: 0, max: 255 })).map(([text, at, byte]) => {
        const raw = Buffer.from(text, 'utf8');
        if (raw.length > 0) raw[at % raw.length] = byte;
        return raw;
      }),
    },
    { weight: 1, arbitrary: fc.integer({ min: -2, max: 2 }).map((more) => Buffer.alloc(64 * 1024 + more, '[')) },
  );
