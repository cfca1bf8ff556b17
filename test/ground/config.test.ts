import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { ConfigError, DEMO_LOGIN, readConfig, Secret, type Config } from '../../src/config.ts';

const APPLICATION_ID = '7d0f3c52-8f1b-4a6e-9c1d-2b5e64a0f1d3';
const KEY = Buffer.alloc(32, 7).toString('base64');
const credentials = {
  SMARTCAR_APPLICATION_ID: APPLICATION_ID,
  SMARTCAR_API_CLIENT_ID: 'client_01ABC',
  SMARTCAR_API_CLIENT_SECRET: 'very-secret',
};

/** The mistakes of an environment as `variable: problem`. */
function mistakesOf(env: Record<string, string>): string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    for (const mistake of error.mistakes) assert.notEqual(mistake.remedy, '', `${mistake.variable} has no remedy`);
    return error.mistakes.map(({ variable, problem }) => `${variable}: ${problem}`);
  }
}

test('with a Smartcar application and nothing else, every default holds', () => {
  const config = readConfig(credentials);
  const { host, port, publicUrl, role, demo, databaseUrl, secretKeys, bootstrapAdmin, mail } = config;
  assert.deepEqual(
    { host, port, publicUrl, role, demo, databaseUrl, secretKeys, bootstrapAdmin, mail },
    {
      host: '127.0.0.1',
      port: 4000,
      publicUrl: 'http://127.0.0.1:4000',
      role: 'all',
      demo: false,
      databaseUrl: null,
      secretKeys: null,
      bootstrapAdmin: null,
      mail: null,
    },
  );
  assert.equal(config.smartcar.origins.iam, 'https://iam.smartcar.com');
  assert.equal(config.smartcar.v3?.apiClientSecret.reveal(), 'very-secret');
});

test('the demo talks to the simulator at every address of Smartcar, and has a login', () => {
  const config = readConfig({ ...credentials, TOWLINE_DEMO: 'true', SIMULATOR_PORT: '4999' });
  assert.deepEqual(new Set(Object.values(config.smartcar.origins)), new Set(['http://127.0.0.1:4999']));
  assert.equal(config.bootstrapAdmin?.email, DEMO_LOGIN.email);
  assert.equal(config.bootstrapAdmin.password.reveal(), DEMO_LOGIN.password);
});

test('an origin that is given wins over the simulator', () => {
  const env = { ...credentials, TOWLINE_DEMO: 'true', SMARTCAR_IAM_ORIGIN: 'https://iam.example.com/' };
  assert.equal(readConfig(env).smartcar.origins.iam, 'https://iam.example.com');
});

test('all mistakes are told at once', () => {
  const env = { PORT: 'http', TOWLINE_ROLE: 'boss', SMTP_URL: 'smtp://mail', TOWLINE_DEMO: 'maybe', ...credentials };
  assert.deepEqual(mistakesOf(env), [
    'PORT: is not a port.',
    'TOWLINE_ROLE: is not known.',
    'TOWLINE_DEMO: is not known.',
    'MAIL_FROM: is missing, and SMTP_URL is set.',
  ]);
});

const wrong: [string, Record<string, string>, string[]][] = [
  ['a port beyond the last', { PORT: '70000' }, ['PORT: is not a port.']],
  [
    'a public address with a path',
    { TOWLINE_PUBLIC_URL: 'https://a.example/towline' },
    ['TOWLINE_PUBLIC_URL: is not an address like https://example.com.'],
  ],
  [
    'an address without a scheme',
    { SMARTCAR_API_ORIGIN: 'localhost:4010' },
    ['SMARTCAR_API_ORIGIN: is not an address like https://example.com.'],
  ],
  [
    'another database',
    { DATABASE_URL: 'mysql://x', TOWLINE_SECRET_KEYS: `a:${KEY}` },
    ['DATABASE_URL: is not the address of a PostgreSQL database.'],
  ],
  [
    'a server without sealing keys',
    { DATABASE_URL: 'postgres://x/y' },
    ['TOWLINE_SECRET_KEYS: is missing, and DATABASE_URL is set.'],
  ],
  ['a role without a server', { TOWLINE_ROLE: 'worker' }, ['DATABASE_URL: is missing, and TOWLINE_ROLE is not all.']],
  [
    'an API client id where the application id belongs',
    { SMARTCAR_APPLICATION_ID: 'client_01ABC' },
    ['SMARTCAR_APPLICATION_ID: is not a UUID.'],
  ],
  [
    'an application id where the API client id belongs',
    { SMARTCAR_API_CLIENT_ID: APPLICATION_ID },
    ["SMARTCAR_API_CLIENT_ID: doesn't begin with client_."],
  ],
  [
    'a client without its secret',
    { SMARTCAR_API_CLIENT_SECRET: '' },
    ['SMARTCAR_API_CLIENT_SECRET: is missing, and SMARTCAR_API_CLIENT_ID is set.'],
  ],
  [
    'a short password',
    { TOWLINE_BOOTSTRAP_ADMIN: 'a@b.example:short' },
    ['TOWLINE_BOOTSTRAP_ADMIN: is not email:password with a password of 12 characters or more.'],
  ],
  [
    'a short API key',
    { TOWLINE_BOOTSTRAP_API_KEY: 'short' },
    ['TOWLINE_BOOTSTRAP_API_KEY: is shorter than 32 characters.'],
  ],
  ['a sender without a server', { MAIL_FROM: 'a@b.example' }, ['SMTP_URL: is missing, and MAIL_FROM is set.']],
  [
    'a sender that is no address',
    { MAIL_FROM: 'Fleet', SMTP_URL: 'smtp://mail' },
    ['MAIL_FROM: is not a mail address.'],
  ],
  ['no application', { SMARTCAR_APPLICATION_ID: '' }, ['SMARTCAR_APPLICATION_ID: is missing.']],
];

for (const [what, env, expected] of wrong) {
  test(`${what} is refused`, () => assert.deepEqual(mistakesOf({ ...credentials, ...env }), expected));
}

test('ids that were swapped say where each belongs [§0.5-1, §0.5-2]', () => {
  try {
    readConfig({ ...credentials, SMARTCAR_APPLICATION_ID: 'client_01ABC', SMARTCAR_API_CLIENT_ID: APPLICATION_ID });
    assert.fail('was accepted');
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    assert.match(error.message, /begins with client_ belongs in SMARTCAR_API_CLIENT_ID/);
    assert.match(error.message, /a UUID belongs in SMARTCAR_APPLICATION_ID/);
  }
});

test('sealing keys are read in their order, and a key twice, short or nameless is refused', () => {
  const other = Buffer.alloc(32, 9).toString('base64');
  const keys = readConfig({ ...credentials, TOWLINE_SECRET_KEYS: `new:${KEY}, old:${other}` }).secretKeys;
  assert.deepEqual(
    keys?.map(({ id, key }) => [id, key.reveal()[0]]),
    [
      ['new', 7],
      ['old', 9],
    ],
  );
  for (const bad of [`a:${KEY},a:${other}`, 'a:c2hvcnQ=', KEY, `:${KEY}`, `a:${KEY},`]) {
    assert.equal(mistakesOf({ ...credentials, TOWLINE_SECRET_KEYS: bad }).length, 1, bad);
  }
});

test('a management token that is being rotated is a list, the current one first [§6.3-8]', () => {
  const { managementTokens } = readConfig({ ...credentials, SMARTCAR_MANAGEMENT_TOKEN: 'new, old' }).smartcar;
  assert.deepEqual(
    managementTokens.map((token) => token.reveal()),
    ['new', 'old'],
  );
});

test("the demo's well-known login works on a loopback address only", () => {
  const demo = { ...credentials, TOWLINE_DEMO: 'true' };
  const login = `${DEMO_LOGIN.email}:${DEMO_LOGIN.password}`;
  for (const HOST of ['127.0.0.1', '127.0.0.2', '::1', 'localhost'])
    assert.deepEqual(mistakesOf({ ...demo, HOST }), []);
  for (const HOST of ['0.0.0.0', '::', '192.168.1.4', '127.example.com']) {
    assert.equal(mistakesOf({ ...demo, HOST }).length, 1, HOST);
    assert.equal(mistakesOf({ ...credentials, HOST, TOWLINE_BOOTSTRAP_ADMIN: login }).length, 1, HOST);
    assert.deepEqual(mistakesOf({ ...demo, HOST, TOWLINE_BOOTSTRAP_ADMIN: 'me@a.example:my-own-password' }), []);
  }
});

test('nothing that prints the configuration prints a secret', () => {
  const config: Config = readConfig({
    ...credentials,
    DATABASE_URL: 'postgres://u:hush-db@h/d',
    TOWLINE_SECRET_KEYS: `a:${KEY}`,
    TOWLINE_BOOTSTRAP_ADMIN: 'a@b.example:hush-password',
    TOWLINE_BOOTSTRAP_API_KEY: 'hush-key'.repeat(5),
    SMARTCAR_MANAGEMENT_TOKEN: 'hush-token',
    SMARTCAR_CLIENT_SECRET: 'hush-v2',
    SMTP_URL: 'smtp://u:hush-mail@h',
    MAIL_FROM: 'a@b.example',
  });
  const printed = [
    inspect(config, { depth: 10, showHidden: true }),
    JSON.stringify(config),
    `${config.databaseUrl?.toString()}`,
  ].join('\n');
  for (const secret of ['hush', 'very-secret', KEY, Buffer.from(KEY, 'base64').toString('hex').slice(0, 8)]) {
    assert.ok(!printed.includes(secret), secret);
  }
});

test('a wrong secret is not in the message about it', () => {
  try {
    readConfig({ ...credentials, TOWLINE_SECRET_KEYS: 'hush', TOWLINE_BOOTSTRAP_API_KEY: 'hush', SMTP_URL: 'hush' });
    assert.fail('was accepted');
  } catch (error) {
    assert.ok(!inspect(error, { depth: 10 }).includes('hush'));
  }
});

test('a secret gives its value to whoever asks by name', () => {
  assert.equal(new Secret('value').reveal(), 'value');
});
