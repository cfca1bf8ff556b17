/** The simulator as a program: `node simulator/main.ts --port 4010 --state simulator.json`. */
import { parseArgs } from 'node:util';
import { startSimulator, type SimulatorOptions } from './server.ts';

const usage = `Smartcar simulator
  --port N              where it listens (SIMULATOR_PORT, else 4010)
  --host ADDRESS        on which interface (127.0.0.1)
  --state FILE          remembers there what happened
  --seed N              another world (1)
  --webhook-url URL     the application's webhook
  --redirect-uri URL    the application's redirect address; may be repeated
  --public-origin URL   where browsers find the simulator
  --speed N             world minutes in a real minute (1)
  --plain-makes         without the habits of single makes: deep sleep, relocking, short logins
  --bucket N            requests of the application at once and in a minute (600, as a fleet's contract would have it); 0: no limit;
                        documented: 120 and two in a minute`;

function optionsOf(args: string[]): SimulatorOptions {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args,
    options: {
      port: text,
      host: text,
      state: text,
      seed: text,
      speed: text,
      bucket: text,
      'webhook-url': text,
      'public-origin': text,
      'redirect-uri': { type: 'string', multiple: true },
      'plain-makes': { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) {
    console.log(usage);
    process.exit(0);
  }
  return {
    port: portOf(values.port ?? process.env['SIMULATOR_PORT'] ?? '4010'),
    seed: number('seed', values.seed ?? '1'),
    speed: number('speed', values.speed ?? '1'),
    stateFile: values.state ?? null,
    autoTick: true,
    makesDiffer: values['plain-makes'] !== true,
    ...(values.host === undefined ? {} : { host: values.host }),
    ...bucketOf(values.bucket ?? '600'),
    ...(values['webhook-url'] === undefined ? {} : { webhookUrl: address('webhook-url', values['webhook-url']) }),
    ...(values['public-origin'] === undefined ? {} : { publicOrigin: originOf(values['public-origin']) }),
    ...(values['redirect-uri'] === undefined
      ? {}
      : { redirectUris: values['redirect-uri'].map((one) => address('redirect-uri', one, /./)) }),
  };
}

function bucketOf(value: string): Pick<SimulatorOptions, 'bucket'> {
  if (value === 'documented') return { bucket: { capacity: 120, refillPerMinute: 2 } };
  const size = number('bucket', value);
  return { bucket: size === 0 ? null : { capacity: size, refillPerMinute: size } };
}

function number(name: string, value: string): number {
  const parsed = Number(value);
  if (value.trim() !== '' && Number.isFinite(parsed) && parsed >= 0) return parsed;
  throw new Error(`--${name} must be a number, not "${value}".`);
}

function portOf(value: string): number {
  const port = number('port', value);
  if (Number.isInteger(port) && port <= 65_535) return port;
  throw new Error(`--port must be a whole number up to 65535, not "${value}".`);
}

/** As it was written; redirect addresses may have a scheme of their own. */
function address(name: string, value: string, scheme = /^https?:$/): string {
  if (scheme.test(URL.parse(value)?.protocol ?? '')) return value;
  throw new Error(`--${name} must be a whole address, as http://127.0.0.1:4000/…, not "${value}".`);
}

function originOf(value: string): string {
  return address('public-origin', value).replace(/\/+$/, '');
}

function readOptions(): SimulatorOptions {
  try {
    return optionsOf(process.argv.slice(2));
  } catch (error) {
    console.error(`${messageOf(error)}\n\n${usage}`);
    process.exit(2);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function main(): Promise<void> {
  const options = readOptions();
  const simulator = await startSimulator(options);
  console.log(`Smartcar simulator is ready at ${simulator.origin}`);
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) return;
    isStopping = true;
    simulator.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // Started by a script that died, it has nobody left to serve.
  if (process.send !== undefined) process.on('disconnect', stop);
}

main().catch((error: unknown) => {
  const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  console.error(messageOf(error));
  if (isTaken) console.error('Stop the process that listens there, or choose another port: SIMULATOR_PORT, or --port.');
  process.exit(2);
});
