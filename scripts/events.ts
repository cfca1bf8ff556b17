/** `docs/events.md`: the events, what each says and how they come, for whoever receives them. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

import { eventTypes, testEventType } from '../src/domain/event.ts';
import { alertAfterS, givenUpAfterS, previousSecretS, retryAfterS, tryWithinS } from '../src/domain/event-delivery.ts';
import { eventData } from '../src/http/contract/events.ts';
import { eventTypeText } from '../src/texts/event-words.ts';

const catalogue = (): string =>
  eventTypes.map((type) => `| \`${type}\` | ${eventTypeText(type)} |`).join('\n') +
  `\n| \`${testEventType}\` | Somebody asked for a test. Nobody can choose it; it goes to the one endpoint, once. |`;

interface Schema {
  type?: string | string[];
  enum?: unknown[];
  anyOf?: Schema[];
  description?: string;
  properties?: Record<string, Schema>;
}

/** A list that is longer than this is told in words. */
const mostNamed = 7;

function typeOf(schema: Schema): string {
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' or ');
  if (schema.enum && schema.enum.length <= mostNamed)
    return schema.enum.map((word) => `\`${String(word)}\``).join(', ');
  return [schema.type ?? 'any'].flat().join(' or ');
}

/** A field, and those of an object that it may be. */
function rowsOf(name: string, schema: Schema): string[] {
  const object = [schema, ...(schema.anyOf ?? [])].find(({ properties }) => properties);
  const below = Object.entries(object?.properties ?? {}).flatMap(([part, of]) => rowsOf(`${name}.${part}`, of));
  return [`| \`${name}\` | ${typeOf(schema)} | ${schema.description ?? ''} |`, ...below];
}

function fields(): string {
  return Object.entries(eventData)
    .map(([family, schema]) => {
      // What zod writes is a JSON schema; these are the parts of it that are read here.
      const { properties = {} } = z.toJSONSchema(schema) as Schema;
      const rows = Object.entries(properties).flatMap(([name, of]) => rowsOf(name, of));
      return `### ${family}.*\n\n| Field | Type | Means |\n|---|---|---|\n${rows.join('\n')}`;
    })
    .join('\n\n');
}

const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

function inWords(seconds: number): string {
  const [unit, size] = units.find(([, one]) => seconds >= one && seconds % one === 0) ?? ['second', 1];
  const count = seconds / size;
  return count === 1 ? `${unit === 'hour' ? 'an' : 'a'} ${unit}` : `${count} ${unit}s`;
}

export const eventsDocument = (): string => `# Events to your own systems

Made from \`src/domain/event.ts\` and \`src/http/contract/events.ts\` by \`npm run generate\`; the words around the tables stand in \`scripts/events.ts\`.

Towline tells your systems what happens to connections, commands and rentals, and when a vehicle's readiness changes: an HTTPS POST for each event, signed as
[Standard Webhooks](https://www.standardwebhooks.com) has it. Add an endpoint under Settings, Events, or by \`POST /api/v1/event-endpoints\` with
\`{ "url": "https://…", "types": null }\`; the answer holds its secret, this once. \`types\` names what you want; null means every type, also those that are added later.

## What comes

\`\`\`
POST /your/path
content-type: application/json
webhook-id: evt_01kqvjk4hggcbnnm9hr4aw0ygb
webhook-timestamp: 1777968190
webhook-signature: v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=

{"id":"evt_01kqvjk4hggcbnnm9hr4aw0ygb","type":"connection.expired","timestamp":"2026-05-05T08:03:10.000Z","data":{…}}
\`\`\`

- Answer with 200 to 299 within ${tryWithinS} seconds, and do the work afterwards. Anything else is tried again; a redirect is not followed.
- **The same event may come twice** (under the same \`webhook-id\`): when your answer was lost, or somebody sent it again. Keep the ids you have handled.
- **Order is not kept.** Compare \`timestamp\`, or ask the API for what is true now.
- New types and new fields come without notice. Ignore what you don't know.

## When nothing takes it

After ${retryAfterS.map(inWords).join(', ')}: ${retryAfterS.length + 1} tries over three days, each up to a tenth later than said, so that what failed together does not come back together. With 429 or 503
\`Retry-After\` (seconds, a day at most) is obeyed. 410 says that the endpoint is gone for good: it is disabled at once. After ${inWords(alertAfterS)} in which nothing was taken an alert tells the operators; after
${inWords(givenUpAfterS)} the endpoint is disabled. Whoever enables it again sends what it has missed: \`POST /api/v1/event-endpoints/{id}/replay\` with \`{ "since": "2026-05-01T00:00:00Z" }\`.

The last twenty tries of each event stand in \`GET /api/v1/event-endpoints/{id}/deliveries\` with their answers; \`POST …/deliveries/{eventId}/retry\` makes another at once. \`GET /api/v1/events\` is the log itself, thirty days of it, for whoever would rather ask than listen.

## Verifying

The signature is HMAC-SHA256 over \`webhook-id.webhook-timestamp.body\` with the secret's bytes (base64 after \`whsec_\`). Libraries of Standard Webhooks do it, and refuse what is older than five minutes. In TypeScript:

\`\`\`ts
${readFileSync(new URL('../docs/receive-events.ts', import.meta.url), 'utf8').trimEnd()}
\`\`\`

\`POST /api/v1/event-endpoints/{id}/rotate-secret\` makes a new secret. For ${inWords(previousSecretS)} the header then holds a signature of each, with a space between; one that fits is enough.

## Where it may lead

To \`https://\` addresses on the internet. The name is looked up for every connection, and if any of its addresses belongs to a private network, to this machine or to a cloud's metadata, nothing is sent; the connection goes to the address that was looked at.
\`TOWLINE_EVENTS_ALLOW_PRIVATE=true\` lets a whole installation send into its own network, and over \`http://\`.

## The catalogue

| Type | When |
|---|---|
${catalogue()}

A connection's event is named after its new status, and comes again when the cause alone changes. Causes are those of [causes.md](causes.md).

## What each says

${fields()}
`;
