/** Every environment variable: its meaning, its default, and what its value must be. */
import { inspect } from 'node:util';
import { z } from 'zod';

/** A value that no log, error or inspection shows. */
export class Secret<T = string> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** The value itself. Pass it on at the last moment, and never into a message. */
  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}

export type Role = 'all' | 'web' | 'worker' | 'ingest';
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/** A sealing key: 32 bytes, under the id that sealed values carry. */
export interface SecretKey {
  readonly id: string;
  readonly key: Secret<Buffer>;
}

/** What a value must satisfy, with the problem and the remedy that are printed when it doesn't. */
function checked<T>(parse: (text: string) => T | undefined, problem: string, remedy: string): z.ZodType<T> {
  return z.string().transform((text, context) => {
    const value = parse(text);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: problem, params: { remedy } });
    return z.NEVER;
  }) as unknown as z.ZodType<T>; // a transform's input is text, which the table's other entries don't share
}

const text = (): z.ZodType<string> => z.string();
const secret = (): z.ZodType<Secret> => checked((value) => new Secret(value), '', '');
const port = (): z.ZodType<number> =>
  checked(
    (value) => (/^\d{1,5}$/.test(value) && Number(value) <= 65_535 ? Number(value) : undefined),
    'is not a port.',
    'Give a number from 0 to 65535; 0 takes any free port.',
  );
const count = (): z.ZodType<number> =>
  checked(
    (value) => (/^[1-9]\d{0,8}$/.test(value) ? Number(value) : undefined),
    'is not a number from 1 on.',
    "Take the limit from your contract with Smartcar, or leave it out for Smartcar's usual one.",
  );
const origin = (): z.ZodType<string> =>
  checked(
    originOf,
    'is not an address like https://example.com.',
    'Leave out the path, and begin with https:// or http://.',
  );
function oneOf<const T extends string>(...values: T[]): z.ZodType<T> {
  return checked(
    (value) => values.find((known) => known === value),
    'is not known.',
    `Use one of: ${values.join(', ')}.`,
  );
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const API_CLIENT_ID = /^client_\w+$/;
const MAIL_ADDRESS = /^[^@\s<>]+@[^@\s<>]+$/;

/** How to make a sealing key. */
export const EXAMPLE_KEY = 'Make one with: echo "k1:$(openssl rand -base64 32)".';

/** Every variable: its meaning and its default in words, and what it must be. */
export const VARIABLES = {
  HOST: ['the address web listens on (127.0.0.1)', text()],
  PORT: ['the port web listens on (4000)', port()],
  TOWLINE_PUBLIC_URL: ['the address people and Smartcar see (http://127.0.0.1:$PORT)', origin()],
  TOWLINE_ROLE: ['what this process does (all)', oneOf('all', 'web', 'worker', 'ingest')],
  DATABASE_URL: [
    'a PostgreSQL server, from 15 on (the embedded database in TOWLINE_DATA_DIR)',
    checked(
      (value) => (/^postgres(ql)?:\/\/\S+$/.test(value) ? new Secret(value) : undefined),
      'is not the address of a PostgreSQL database.',
      'Write it like postgres://user:password@host:5432/towline.',
    ),
  ],
  TOWLINE_DATA_DIR: ['where the embedded database and its sealing keys are (./data)', text()],
  TOWLINE_SECRET_KEYS: [
    'the sealing keys, id:base64key[,id:base64key…]; the first seals, all open (made and kept in the data directory; required with DATABASE_URL)',
    checked(secretKeysOf, 'is not a list of sealing keys: ids that differ, each with 32 bytes in base64.', EXAMPLE_KEY),
  ],
  TOWLINE_BOOTSTRAP_ADMIN: [
    'email:password of the first administrator (the demo has a login of its own)',
    checked(
      adminOf,
      'is not email:password with a password of 12 characters or more.',
      'Write it like you@example.com:a-long-password.',
    ),
  ],
  TOWLINE_BOOTSTRAP_API_KEY: [
    "an administrator's API key that exists from the first start (none)",
    checked(
      (value) => (value.length >= 32 ? new Secret(value) : undefined),
      'is shorter than 32 characters.',
      'Make one with: openssl rand -hex 32.',
    ),
  ],
  TOWLINE_DEMO: [
    'seed a fleet and run the simulator (true when no Smartcar credentials are set)',
    oneOf('true', 'false'),
  ],
  TOWLINE_EVENTS_ALLOW_PRIVATE: [
    'send events to systems in private networks, and over http:// (false; the demo: true)',
    oneOf('true', 'false'),
  ],
  TOWLINE_LOG_LEVEL: ['how much is logged (info)', oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent')],
  TOWLINE_TEST_CLOCK: ['tests only: an instant, or the path of a file that holds one (the real clock)', text()],
  SMARTCAR_APPLICATION_ID: [
    "Connect's client or application id, a UUID",
    checked(
      (value) => (UUID.test(value) ? value : undefined),
      'is not a UUID.',
      "It is the Application ID of Smartcar's dashboard; an id that begins with client_ belongs in SMARTCAR_API_CLIENT_ID.",
    ),
  ],
  SMARTCAR_API_CLIENT_ID: [
    'the client id of the v3 API, client_…',
    checked(
      (value) => (API_CLIENT_ID.test(value) ? value : undefined),
      "doesn't begin with client_.",
      "It is the API client id of Smartcar's dashboard; a UUID belongs in SMARTCAR_APPLICATION_ID.",
    ),
  ],
  SMARTCAR_API_CLIENT_SECRET: ['the client secret of the v3 API', secret()],
  SMARTCAR_CLIENT_SECRET: ['the v2 secret; only for fleets that are still on v2', secret()],
  SMARTCAR_MANAGEMENT_TOKEN: [
    'the application management token, which signs webhooks; while it is rotated, new,old',
    checked(listOfSecrets, 'is an empty list.', "Copy it from Smartcar's dashboard."),
  ],
  SMARTCAR_WEBHOOK: ['id or name of the webhook that cars are subscribed to (the one that sends here)', text()],
  SMARTCAR_MODE: ["Smartcar's mode (live)", oneOf('live', 'simulated')],
  SMARTCAR_REQUEST_BURST: ['requests Smartcar allows the application at once (120; the demo: 3000)', count()],
  SMARTCAR_REQUESTS_PER_MINUTE: ['requests that come back each minute (2; the demo: 3000)', count()],
  SMARTCAR_REQUESTS_PER_MONTH: [
    'requests of a calendar month that the contract allows the application (not known)',
    count(),
  ],
  SMARTCAR_CONNECT_ORIGIN: ['(https://connect.smartcar.com)', origin()],
  SMARTCAR_AUTH_ORIGIN: ['(https://auth.smartcar.com)', origin()],
  SMARTCAR_API_ORIGIN: ['(https://api.smartcar.com)', origin()],
  SMARTCAR_MANAGEMENT_API_ORIGIN: ['(https://management.smartcar.com)', origin()],
  SMARTCAR_IAM_ORIGIN: ['(https://iam.smartcar.com)', origin()],
  SMARTCAR_API_V3_ORIGIN: ['(https://vehicle.api.smartcar.com)', origin()],
  SMARTCAR_MANAGEMENT_API_V3_ORIGIN: ['(https://management.api.smartcar.com)', origin()],
  SMTP_URL: [
    'the mail server, smtp:// or smtps:// (none: the demo keeps messages in its mailbox)',
    checked(
      (value) => (/^smtps?:\/\/\S+$/.test(value) && URL.canParse(value) ? new Secret(value) : undefined),
      'is not the address of a mail server.',
      'Write it like smtps://user:password@mail.example.com:465.',
    ),
  ],
  MAIL_FROM: [
    'the sender of mail',
    checked(
      (value) => (MAIL_ADDRESS.test(/^[^<>]*<([^<>]+)>$/.exec(value)?.[1] ?? value) ? value : undefined),
      'is not a mail address.',
      'Write it like Fleet <fleet@example.com>, or fleet@example.com.',
    ),
  ],
  SIMULATOR_PORT: ["where the demo's Smartcar simulator listens (4010)", port()],
} as const satisfies Record<string, readonly [meaning: string, schema: z.ZodType]>;

function originOf(value: string): string | undefined {
  if (!/^https?:\/\//.test(value) || !URL.canParse(value)) return undefined;
  const { origin: parsed, pathname, search, hash, username } = new URL(value);
  return pathname === '/' && !search && !hash && !username ? parsed : undefined;
}

function secretKeysOf(value: string): [SecretKey, ...SecretKey[]] | undefined {
  const keys: SecretKey[] = [];
  for (const part of value.split(',')) {
    const [, id, base64] = /^\s*([\w-]{1,32}):([A-Za-z0-9+/_-]+={0,2})\s*$/.exec(part) ?? [];
    if (id === undefined || base64 === undefined || keys.some((known) => known.id === id)) return undefined;
    const key = Buffer.from(base64, 'base64');
    if (key.length !== 32) return undefined;
    keys.push({ id, key: new Secret(key) });
  }
  const [first, ...others] = keys;
  return first && [first, ...others];
}

function adminOf(value: string): { email: string; password: Secret } | undefined {
  const [, email, password] = /^([^:]+):(.{12,})$/s.exec(value) ?? [];
  if (email === undefined || password === undefined || !MAIL_ADDRESS.test(email)) return undefined;
  return { email: email.toLowerCase(), password: new Secret(password) };
}

function listOfSecrets(value: string): Secret[] | undefined {
  const parts = value
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
  return parts.length > 0 ? parts.map((part) => new Secret(part)) : undefined;
}
