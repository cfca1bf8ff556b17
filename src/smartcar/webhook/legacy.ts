/** Deliveries of the generation before version 4: told apart, and told what to do about. @see docs/smartcar.md §6.1, §6.2 */
import { constant } from '../fields.ts';
import { isRecord } from '../json.ts';

const kinds: Readonly<Record<string, string>> = {
  verify: 'A challenge',
  // The tutorial writes it with a d, the older reference without.
  scheduled: 'A scheduled report',
  schedule: 'A scheduled report',
  dynamic: 'A dynamic report',
  eventbased: 'A charging event',
  diagnostic: 'A diagnostic event',
};

/** Whether it is of the legacy generation: named by `eventName`, or of version 2.0 with a payload. */
export function isLegacy(body: Record<string, unknown>): boolean {
  if (body['eventType'] !== undefined) return false;
  return body['eventName'] !== undefined || (body['version'] === '2.0' && isRecord(body['payload']));
}

/** What came, that it is not used, and what to do: for the operators who see it set aside. */
export function legacyReason(body: Record<string, unknown>): string {
  const name = constant.parse(body['eventName']);
  const key = name?.toLowerCase() ?? '';
  const kind = Object.hasOwn(kinds, key) ? kinds[key] : 'An event';
  const remedy = "Make a new webhook in Smartcar's dashboard, with this same address, and delete the old one there.";
  return `${kind} of a legacy webhook${name ? ` (${name})` : ''}: only webhooks of version 4 are used. ${remedy}`;
}
