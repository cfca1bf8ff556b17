/**
 * What Towline is told from outside, checked together. The only reader of the environment; the table of variables is
 * in `config-variables.ts`.
 */
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import type { z } from 'zod';
import { EXAMPLE_KEY, Secret, VARIABLES, type LogLevel, type Role, type SecretKey } from './config-variables.ts';

export { Secret, VARIABLES, type LogLevel, type Role, type SecretKey };

/** Smartcar's hosts, without a trailing slash. */
export interface SmartcarOrigins {
  readonly connect: string;
  readonly auth: string;
  readonly api: string;
  readonly managementApi: string;
  readonly iam: string;
  readonly apiV3: string;
  readonly managementApiV3: string;
}

export interface Config {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** The origin people and Smartcar see, without a trailing slash. */
  readonly publicUrl: string;
  readonly role: Role;
  readonly demo: boolean;
  /** Null: the embedded database in `dataDir`. */
  readonly databaseUrl: Secret | null;
  /** Absolute. */
  readonly dataDir: string;
  /** The first one seals, all open. Null: made and kept in the data directory. */
  readonly secretKeys: readonly [SecretKey, ...SecretKey[]] | null;
  readonly bootstrapAdmin: { readonly email: string; readonly password: Secret } | null;
  readonly bootstrapApiKey: Secret | null;
  readonly smartcar: {
    readonly applicationId: string;
    readonly v3: { readonly apiClientId: string; readonly apiClientSecret: Secret } | null;
    readonly v2: { readonly clientSecret: Secret } | null;
    /** The first one is current, the others are on their way out. Empty: no webhook can be verified. */
    readonly managementTokens: readonly Secret[];
    /** Id or name of the webhook that cars are subscribed to; null: the one that sends here. */
    readonly webhook: string | null;
    readonly mode: 'live' | 'simulated';
    readonly origins: SmartcarOrigins;
    /**
     * What Smartcar allows the whole application: requests at once, how many more come back each minute, and those of a month
     * (null: not known).
     */
    readonly budget: { readonly capacity: number; readonly perMinute: number; readonly perMonth: number | null };
    /** Both numbers of the budget were given; else they are Smartcar's usual ones. */
    readonly isBudgetTold: boolean;
  };
  /** Null: no mail leaves; the demo keeps messages in its mailbox. */
  readonly mail: { readonly smtpUrl: Secret; readonly from: string } | null;
  /** Events may be sent into private networks, and without encryption. */
  readonly allowPrivateEvents: boolean;
  readonly simulatorPort: number;
  readonly logLevel: LogLevel;
  /** For tests of real processes: an instant, or the path of a file that holds one. */
  readonly testClock: string | null;
}

/** The login that the demo prints. It is public, so it works on a loopback address only. */
export const DEMO_LOGIN = { email: 'demo@towline.example', password: 'towline-demo' } as const;

export interface ConfigMistake {
  readonly variable: string;
  /** Never holds the value of a secret. */
  readonly problem: string;
  readonly remedy: string;
}

/** The environment can't be used; it carries every mistake at once. */
export class ConfigError extends Error {
  override name = 'ConfigError';
  readonly mistakes: readonly ConfigMistake[];

  constructor(mistakes: readonly ConfigMistake[]) {
    const lines = mistakes.map(({ variable, problem, remedy }) => `  ${variable}: ${problem} ${remedy}`);
    super(
      `Towline's configuration has ${mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`}:\n${lines.join('\n')}`,
    );
    this.mistakes = mistakes;
  }
}

type Name = keyof typeof VARIABLES;
type Values = { [N in Name]?: z.output<(typeof VARIABLES)[N][1]> };

/**
 * Reads and checks everything at once; an empty variable counts as absent.
 *
 * @throws ConfigError with all mistakes.
 */
export function readConfig(env: Record<string, string | undefined> = process.env): Config {
  const mistakes: ConfigMistake[] = [];
  const values: Values = {};
  for (const name of Object.keys(VARIABLES) as Name[]) {
    const given = env[name]?.trim();
    if (!given) continue;
    const result = VARIABLES[name][1].safeParse(given);
    if (result.success) Object.assign(values, { [name]: result.data });
    else mistakes.push(mistakeOf(name, result.error));
  }
  const wrong = new Set(mistakes.map((mistake) => mistake.variable));
  const has = (name: Name): boolean => values[name] !== undefined || wrong.has(name);
  const demo = values.TOWLINE_DEMO ? values.TOWLINE_DEMO === 'true' : !CREDENTIALS.some(has);
  mistakes.push(...contradictions(values, has, demo));
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return derive(values, demo);
}

const CREDENTIALS = [
  'SMARTCAR_APPLICATION_ID',
  'SMARTCAR_API_CLIENT_ID',
  'SMARTCAR_API_CLIENT_SECRET',
  'SMARTCAR_CLIENT_SECRET',
] as const satisfies Name[];

function mistakeOf(variable: Name, error: z.ZodError): ConfigMistake {
  const [issue] = error.issues;
  const remedy: unknown = issue && 'params' in issue ? issue.params?.['remedy'] : undefined;
  return { variable, problem: issue?.message ?? 'is wrong.', remedy: typeof remedy === 'string' ? remedy : '' };
}

/** What each variable by itself can't say. */
function contradictions(values: Values, has: (name: Name) => boolean, demo: boolean): ConfigMistake[] {
  const found: ConfigMistake[] = [];
  const must = (holds: boolean, variable: Name, problem: string, remedy: string): void => {
    if (!holds) found.push({ variable, problem, remedy });
  };
  const together = (one: Name, other: Name): void => {
    must(!has(one) || has(other), other, `is missing, and ${one} is set.`, 'Set both, or neither.');
    must(!has(other) || has(one), one, `is missing, and ${other} is set.`, 'Set both, or neither.');
  };
  together('SMTP_URL', 'MAIL_FROM');
  together('SMARTCAR_API_CLIENT_ID', 'SMARTCAR_API_CLIENT_SECRET');
  const credentials = 'Set the credentials of your Smartcar application, or start the demo with npm start.';
  must(has('SMARTCAR_APPLICATION_ID'), 'SMARTCAR_APPLICATION_ID', 'is missing.', credentials);
  must(
    has('SMARTCAR_API_CLIENT_ID') || has('SMARTCAR_API_CLIENT_SECRET') || has('SMARTCAR_CLIENT_SECRET'),
    'SMARTCAR_API_CLIENT_ID',
    'is missing.',
    credentials,
  );
  must(
    !has('DATABASE_URL') || has('TOWLINE_SECRET_KEYS'),
    'TOWLINE_SECRET_KEYS',
    'is missing, and DATABASE_URL is set.',
    EXAMPLE_KEY,
  );
  must(
    (values.TOWLINE_ROLE ?? 'all') === 'all' || has('DATABASE_URL'),
    'DATABASE_URL',
    'is missing, and TOWLINE_ROLE is not all.',
    'Processes with roles share one database server: give all of them its address.',
  );
  must(
    !isWellKnown(values, has, demo) || isLoopback(values.HOST ?? '127.0.0.1'),
    'TOWLINE_BOOTSTRAP_ADMIN',
    "is the demo's well-known login, and HOST is not a loopback address.",
    'Set TOWLINE_BOOTSTRAP_ADMIN to a login of your own, or HOST to 127.0.0.1.',
  );
  return found;
}

function isWellKnown(values: Values, has: (name: Name) => boolean, demo: boolean): boolean {
  if (!has('TOWLINE_BOOTSTRAP_ADMIN')) return demo;
  const admin = values.TOWLINE_BOOTSTRAP_ADMIN;
  return admin?.email === DEMO_LOGIN.email && admin.password.reveal() === DEMO_LOGIN.password;
}

function derive(values: Values, demo: boolean): Config {
  const listenPort = values.PORT ?? 4000;
  return {
    host: values.HOST ?? '127.0.0.1',
    port: listenPort,
    publicUrl: values.TOWLINE_PUBLIC_URL ?? `http://127.0.0.1:${listenPort}`,
    role: values.TOWLINE_ROLE ?? 'all',
    demo,
    databaseUrl: values.DATABASE_URL ?? null,
    dataDir: resolve(values.TOWLINE_DATA_DIR ?? './data'),
    secretKeys: values.TOWLINE_SECRET_KEYS ?? null,
    bootstrapAdmin: values.TOWLINE_BOOTSTRAP_ADMIN ?? (demo ? demoLogin() : null),
    bootstrapApiKey: values.TOWLINE_BOOTSTRAP_API_KEY ?? null,
    smartcar: smartcarOf(values, demo),
    mail: values.SMTP_URL && values.MAIL_FROM ? { smtpUrl: values.SMTP_URL, from: values.MAIL_FROM } : null,
    allowPrivateEvents: (values.TOWLINE_EVENTS_ALLOW_PRIVATE ?? String(demo)) === 'true',
    simulatorPort: values.SIMULATOR_PORT ?? 4010,
    logLevel: values.TOWLINE_LOG_LEVEL ?? 'info',
    testClock: values.TOWLINE_TEST_CLOCK ?? null,
  };
}

function demoLogin(): { email: string; password: Secret } {
  return { email: DEMO_LOGIN.email, password: new Secret(DEMO_LOGIN.password) };
}

function smartcarOf(values: Values, demo: boolean): Config['smartcar'] {
  const simulator = demo ? `http://127.0.0.1:${values.SIMULATOR_PORT ?? 4010}` : undefined;
  const { SMARTCAR_API_CLIENT_ID: apiClientId, SMARTCAR_API_CLIENT_SECRET: apiClientSecret } = values;
  return {
    applicationId: values.SMARTCAR_APPLICATION_ID ?? '',
    v3: apiClientId && apiClientSecret ? { apiClientId, apiClientSecret } : null,
    v2: values.SMARTCAR_CLIENT_SECRET ? { clientSecret: values.SMARTCAR_CLIENT_SECRET } : null,
    managementTokens: values.SMARTCAR_MANAGEMENT_TOKEN ?? [],
    webhook: values.SMARTCAR_WEBHOOK ?? null,
    mode: values.SMARTCAR_MODE ?? 'live',
    budget: {
      capacity: values.SMARTCAR_REQUEST_BURST ?? (demo ? 3_000 : 120),
      perMinute: values.SMARTCAR_REQUESTS_PER_MINUTE ?? (demo ? 3_000 : 2),
      perMonth: values.SMARTCAR_REQUESTS_PER_MONTH ?? null,
    },
    isBudgetTold: values.SMARTCAR_REQUEST_BURST !== undefined && values.SMARTCAR_REQUESTS_PER_MINUTE !== undefined,
    origins: {
      connect: values.SMARTCAR_CONNECT_ORIGIN ?? simulator ?? 'https://connect.smartcar.com',
      auth: values.SMARTCAR_AUTH_ORIGIN ?? simulator ?? 'https://auth.smartcar.com',
      api: values.SMARTCAR_API_ORIGIN ?? simulator ?? 'https://api.smartcar.com',
      managementApi: values.SMARTCAR_MANAGEMENT_API_ORIGIN ?? simulator ?? 'https://management.smartcar.com',
      iam: values.SMARTCAR_IAM_ORIGIN ?? simulator ?? 'https://iam.smartcar.com',
      apiV3: values.SMARTCAR_API_V3_ORIGIN ?? simulator ?? 'https://vehicle.api.smartcar.com',
      managementApiV3: values.SMARTCAR_MANAGEMENT_API_V3_ORIGIN ?? simulator ?? 'https://management.api.smartcar.com',
    },
  };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
