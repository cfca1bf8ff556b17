/** A vehicle, and a list of them, as people read them. */
import type { ConnectionView, VehicleView } from '../http/contract/vehicles.ts';
import type { Invocation } from './command.ts';
import { ageOf, clean, facts, table, word } from './print.ts';
import type { Output } from './print.ts';

export const statusOf = ({ connection }: Pick<VehicleView, 'connection'>): string =>
  connection?.status ?? 'unconnected';

const carOf = ({ make, model, year }: VehicleView): string =>
  [make, model, year].filter((part) => part !== null).join(' ');

export function vehicleTable(items: readonly VehicleView[], { out, now }: Invocation): string[] {
  if (items.length === 0) return ['No vehicles.'];
  const columns = [
    { head: 'NUMBER', of: ({ number }: VehicleView) => number },
    { head: 'PLATE', of: ({ plate }: VehicleView) => plate ?? '' },
    { head: 'CAR', of: carOf },
    { head: 'STATUS', of: (vehicle: VehicleView) => word(statusOf(vehicle)) },
    { head: 'CAUSE', of: ({ connection }: VehicleView) => connection?.cause ?? '' },
    { head: 'TURN', of: ({ connection }: VehicleView) => connection?.nextAction?.who ?? '' },
    { head: 'DATA', of: ({ freshness }: VehicleView) => word(freshness.state) },
    { head: 'NEWEST', of: ({ connection }: VehicleView) => ageOf(connection?.lastTelemetryAt ?? null, now()) },
    { head: 'ID', of: ({ id }: VehicleView) => ({ text: id, tone: 'faint' as const }) },
  ];
  return table(columns, items, out.paint);
}

export function vehicleLines(vehicle: VehicleView, { out, now }: Invocation): string[] {
  const { connection, freshness, owner } = vehicle;
  const status = word(statusOf(vehicle));
  const pairs: [string, string | null][] = [
    ['Id', vehicle.id],
    ['Car', clean(carOf(vehicle)) || null],
    ['Plate', vehicle.plate && clean(vehicle.plate)],
    ['VIN', vehicle.vin],
    ['Owner', owner && `${clean(owner.name)} (${owner.id})`],
    ['Status', status.tone ? out.paint(status.tone, status.text) : status.text],
    ...(connection ? connectionFacts(connection, now()) : []),
    ['Data', [freshness.state, freshness.text && clean(freshness.text)].filter(Boolean).join(': ')],
  ];
  return [out.paint('strong', clean(vehicle.number)), ...facts(pairs, out.paint), ...signalLines(vehicle, out, now())];
}

function connectionFacts(connection: ConnectionView, now: Date): [string, string | null][] {
  const { nextAction, permissions, note, suspicion } = connection;
  return [
    ['Because', connection.causeText && clean(connection.causeText)],
    ['Next', nextAction && clean(nextAction.text)],
    ['Since', ageOf(connection.since, now)],
    ['Claimed', suspicion && clean(suspicion.text)],
    ['The car says', note && clean(note.text)],
    ['Newest data', ageOf(connection.lastTelemetryAt, now)],
    ['Next poll', connection.nextPollAt && ageOf(connection.nextPollAt, now)],
    ['Lapses', connection.lapsesAt && ageOf(connection.lapsesAt, now)],
    ['Smartcar', `${connection.platform}${connection.subscribed ? ', subscribed' : ', not subscribed'}`],
    ['Missing', permissions.missing.map(({ permission }) => clean(permission)).join(', ') || null],
    ['Owner asked', connection.request && ageOf(connection.request.askedAt, now)],
  ];
}

function signalLines({ signals }: VehicleView, { paint }: Output, now: Date): string[] {
  if (signals.length === 0) return [];
  const columns = [
    { head: 'SIGNAL', of: ({ name }: VehicleView['signals'][number]) => name },
    { head: 'VALUE', of: ({ value, unit }: VehicleView['signals'][number]) => valueText(value, unit) },
    { head: 'MEASURED', of: ({ measuredAt }: VehicleView['signals'][number]) => ageOf(measuredAt, now) },
    { head: 'STATE', of: ({ freshness }: VehicleView['signals'][number]) => word(freshness) },
  ];
  return ['', ...table(columns, signals, paint)];
}

/** A value as people read it; `--json` has it whole. */
export function valueText(value: unknown, unit: string | null): string {
  const text = typeof value === 'object' && value !== null ? compoundText(value) : JSON.stringify(value);
  return [typeof value === 'string' ? value : text, unit].filter(Boolean).join(' ');
}

interface Corner {
  isOpen?: unknown;
  tirePressure?: unknown;
}

function compoundText(value: object): string {
  const { latitude, longitude, values } = value as Record<string, unknown>; // each field is checked below
  if (typeof latitude === 'number' && typeof longitude === 'number')
    return `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
  const corners = Array.isArray(values) ? (values as Corner[]) : [];
  const pressures = corners.map(({ tirePressure }) => tirePressure).filter((one) => typeof one === 'number');
  if (pressures.length > 0) return pressures.join(', ');
  const open = corners.filter(({ isOpen }) => isOpen === true).length;
  if (corners.some(({ isOpen }) => typeof isOpen === 'boolean'))
    return open === 0 ? 'all closed' : `${open} of ${corners.length} open`;
  return 'reported';
}
