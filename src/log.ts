/** The log: one JSON line an event, with what must never be written taken out by name. */
import pino from 'pino';

export type Log = pino.Logger;

/** Names under which secrets travel; a value under one of them is replaced, down to three levels deep. */
const SECRET_NAMES = [
  'password',
  'secret',
  'token',
  'accessToken',
  'refreshToken',
  'apiKey',
  'clientSecret',
  'apiClientSecret',
  'managementToken',
  'authorization',
  'cookie',
  'challenge',
  'url.password',
  '["set-cookie"]',
  '["access_token"]',
  '["refresh_token"]',
  '["client_secret"]',
];

const REDACTED_PATHS = SECRET_NAMES.flatMap((name) => {
  const at = (prefix: string): string => (name.startsWith('[') ? `${prefix}${name}` : `${prefix}.${name}`);
  return [name, at('*'), at('*.*')];
});

/** Writes to standard output unless another destination is given. */
export function createLog(options: { level: string; role?: string; destination?: pino.DestinationStream }): Log {
  const { level, role, destination } = options;
  return pino(
    {
      level,
      base: role === undefined ? { pid: process.pid } : { pid: process.pid, role },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: told },
      redact: { paths: REDACTED_PATHS, censor: '[redacted]' },
    },
    // Written at once: what is logged right before a crash must not stay in a buffer.
    destination ?? pino.destination({ fd: 1, sync: true }),
  );
}

/** What an error says of itself. Drivers hang whole connections on theirs, with everything that is in them. */
function told(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  const cause = error.cause instanceof Error ? { cause: `${error.cause.name}: ${error.cause.message}` } : {};
  return { type: error.name, message: error.message, ...code, ...cause, stack: error.stack };
}
