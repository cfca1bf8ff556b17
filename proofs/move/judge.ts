/** Compares what Towline shows with what has to be, car by car. Every difference is a sentence. */
import { parse } from 'csv-parse/sync';
import type { Car } from './enrol.ts';
import type { End, Fated } from './fates.ts';
import type { Asked } from './gateway.ts';
import { awayH } from './script.ts';
import type { Stage } from './stage.ts';

/** A line of the report. */
export interface Line {
  vehicleId: string;
  state: string;
  reason: string | null;
  text: string;
  lostPermissions: string[];
  changedAt: string;
}

/** A connection as the database has it. */
export interface Standing {
  id: string;
  vehicle: string;
  platform: string;
  status: string;
  cause: string | null;
  since: Date;
  ended: boolean;
  family: string | null;
  /** The tokens of its family are kept. */
  held: boolean;
  /** When Smartcar fetched the newest of its values; null when there is none. */
  fetched: Date | null;
}

export async function linesOf(stage: Stage, moveId: string): Promise<Line[]> {
  const lines: Line[] = [];
  for (let cursor = ''; ;) {
    const { body } = await stage.ask('GET', `/moves/${moveId}/vehicles?limit=100${cursor}`);
    lines.push(...(body['items'] as Line[])); // the contract's shape
    const next = body['nextCursor'];
    if (typeof next !== 'string') return lines;
    cursor = `&cursor=${encodeURIComponent(next)}`;
  }
}

/** Of every connection there is, ended ones included. */
export async function standingsOf(stage: Stage): Promise<Standing[]> {
  const rows = await stage.rows(`select c.id, c.vehicle_id as vehicle, c.platform, c.status, c.cause, c.since,
    c.ended_at is not null as ended, c.token_set_id as family, t.sealed is not null as held,
    (select max((s.value ->> 'fetchedAt')::timestamptz) from vehicle_state v, jsonb_each(v.signals) s
      where v.vehicle_id = c.vehicle_id) as fetched
    from connection c left join token_set t on t.id = c.token_set_id order by c.id`);
  return rows as unknown as Standing[]; // the columns of the question
}

type Cars = readonly Fated<Car>[];
type Wanted = (one: Fated<Car>) => Pick<End, 'state' | 'reason' | 'lost'>;

/** The report over the API and as a file. */
export async function judgeReport(stage: Stage, moveId: string, cars: Cars, wanted: Wanted): Promise<string[]> {
  const lines = await linesOf(stage, moveId);
  const byVehicle = new Map(lines.map((line) => [line.vehicleId, line]));
  const wrong = cars.flatMap((one) => {
    const { state, reason, lost } = wanted(one);
    const line = byVehicle.get(one.car.id);
    const said = line && sayLine(line.state, line.reason, line.lostPermissions);
    const due = sayLine(state, reason, lost ? [lost] : []);
    return said === due ? [] : [`${nameOf(one)}: the report says ${said ?? 'nothing'}, and not ${due}`];
  });
  if (lines.length !== cars.length) wrong.push(`the report has ${lines.length} cars, and not ${cars.length}`);
  return [...wrong, ...(await judgeFile(stage, moveId, byVehicle))];
}

const sayLine = (state: string, reason: string | null, lost: readonly string[]): string =>
  [state, ...(reason ? [reason] : []), ...lost].join(' ');

const nameOf = ({ car, fate }: Fated<Car>): string => `${car.vin} (${fate.name})`;

async function judgeFile(stage: Stage, moveId: string, lines: ReadonlyMap<string, Line>): Promise<string[]> {
  const { text } = await stage.ask('GET', `/moves/${moveId}/report.csv`);
  const rows = parse(text, { columns: true, bom: true }) as Record<string, string>[]; // with columns, records of text
  const wrong = rows.flatMap((row) => {
    const line = lines.get(row['vehicleId'] ?? '');
    const isSame =
      line && line.state === row['state'] && (line.reason ?? '') === row['reason'] && line.text === row['text'];
    return isSame ? [] : [`the file says otherwise of ${row['vehicleId']}: ${JSON.stringify(row)}`];
  });
  return rows.length === lines.size ? wrong : [...wrong, `the file has ${rows.length} cars, and not ${lines.size}`];
}

/** How each car stands: its one connection, its platform and its status. */
export function judgeStandings(
  cars: Cars,
  before: readonly Standing[],
  now: readonly Standing[],
  platformOf: (one: Fated<Car>) => End['platform'],
): string[] {
  return cars.flatMap((one) => {
    const own = now.filter(({ vehicle }) => vehicle === one.car.id);
    const first = before.find(({ vehicle }) => vehicle === one.car.id);
    const living = own.find(({ ended }) => !ended);
    if (isDisconnected(one)) return living ? [`${nameOf(one)} was disconnected by an operator and lives`] : [];
    if (!living) return [`${nameOf(one)} has no connection`];
    const wrong: string[] = [];
    const say = (what: string): void => void wrong.push(`${nameOf(one)}: ${what}`);
    if (living.id !== first?.id) say('its connection is another one');
    if (own.length > 1) say('it has several connections');
    if (living.platform !== platformOf(one)) say(`it is on ${living.platform}`);
    if (living.status !== one.fate.end.status) say(`it is ${living.status} (${living.cause ?? 'no cause'})`);
    return wrong;
  });
}

export const isDisconnected = ({ deeds }: Fated<Car>): boolean => deeds.some(({ what }) => what.do === 'disconnect');

/** What became of cars that nothing befell: they may say that Smartcar was away while it was, and nothing else. */
export async function judgeChanges(stage: Stage, cars: Cars, zero: Date): Promise<string[]> {
  const rows = await stage.rows(`select vehicle_id as vehicle, at, data -> 'to' ->> 'cause' as cause from timeline
    where kind = 'connection.changed' and at > '${zero.toISOString()}' order by at`);
  const byVehicle = new Map(cars.map((one) => [String(one.car.id), one]));
  return rows.flatMap(({ vehicle, at, cause }) => {
    const one = byVehicle.get(String(vehicle));
    const hour = ((at as Date).getTime() - zero.getTime()) / 3_600_000; // a column of that type
    const isOfOutage = hour >= awayH.from && hour < awayH.until + 0.1 && cause === 'smartcarFailing';
    if (!one || one.fate.isTroubled || isOfOutage || cause === null) return [];
    return [`${nameOf(one)}: its status changed in hour ${hour.toFixed(1)} (${String(cause)})`];
  });
}

export interface Reads {
  v2: number;
  v3: number;
}

export function readsOf(asked: readonly Asked[], car: Car, since: Date): Reads {
  const own = asked.filter(
    ({ at, smartcarVehicleId, route }) =>
      at > since && smartcarVehicleId === car.smartcarVehicleId && /(signals|batch)$/.test(route),
  );
  return {
    v2: own.filter(({ platform }) => platform === 'v2').length,
    v3: own.filter(({ platform }) => platform === 'v3').length,
  };
}

/** Every car that works is read on its platform and on no other, and its data are newer than `since`. */
export function judgeReads(
  cars: Cars,
  asked: readonly Asked[],
  now: readonly Standing[],
  since: Date,
  platformOf: (one: Fated<Car>) => End['platform'],
): string[] {
  return cars.flatMap((one) => {
    const { v2, v3 } = readsOf(asked, one.car, since);
    const [right, other] = platformOf(one) === 'v3' ? [v3, v2] : [v2, v3];
    const works = one.fate.end.status === 'active';
    const fetched = now.find(({ vehicle, ended }) => vehicle === one.car.id && !ended)?.fetched ?? null;
    return [
      ...(other > 0 ? [`${nameOf(one)} was read ${other} times on the other platform`] : []),
      ...(works && right === 0 ? [`${nameOf(one)} was not read`] : []),
      ...(works && (!fetched || fetched <= since)
        ? [`${nameOf(one)} has no data since ${since.toISOString()}: ${fetched?.toISOString() ?? 'none'}`]
        : []),
    ];
  });
}

export interface Message {
  owner: string;
  kind: string;
  at: Date;
}

export async function messagesSince(stage: Stage, since: Date): Promise<Message[]> {
  const rows = await stage.rows(`select o.name as owner, n.kind, n.created_at as at from notification n
    join owner o on o.id = n.owner_id where n.created_at > '${since.toISOString()}' order by n.created_at`);
  return rows as unknown as Message[]; // the columns of the question
}

/** Messages to owners who had no reason of their own: those were written because of the move. */
export function judgeMessages(cars: Cars, messages: readonly Message[], zero: Date): string[] {
  const ownName = ({ email }: Car): string => email.split('@')[0] ?? email;
  return messages.flatMap(({ owner, kind, at }) => {
    const theirs = cars.filter(({ car }) => ownName(car) === owner);
    const hasReason = theirs.some(
      ({ fate: { ownerActsAtH: hour } }) => hour !== undefined && at.getTime() >= zero.getTime() + hour * 3_600_000,
    );
    const [first] = theirs;
    return hasReason || !first
      ? []
      : [
          `${nameOf(first)}: the owner was sent a ${kind} message in hour ${((at.getTime() - zero.getTime()) / 3_600_000).toFixed(1)}`,
        ];
  });
}

/** v2's tokens: of what the finished move has moved none are kept, of what stays on v2 all are. */
export function judgeTokens(
  cars: Cars,
  before: readonly Standing[],
  now: readonly Standing[],
  heldFamilies: ReadonlySet<string>,
  platformOf: (one: Fated<Car>) => End['platform'],
): string[] {
  return cars.flatMap((one) => {
    const family = before.find(({ vehicle }) => vehicle === one.car.id)?.family ?? '';
    const living = now.find(({ vehicle, ended }) => vehicle === one.car.id && !ended);
    const isHeld = heldFamilies.has(family);
    const mustBeHeld = living !== undefined && platformOf(one) === 'v2';
    if (isHeld !== mustBeHeld) return [`${nameOf(one)}: v2's tokens are ${isHeld ? 'still kept' : 'gone'}`];
    return living?.platform === 'v3' && living.family !== null ? [`${nameOf(one)} still names v2's tokens`] : [];
  });
}
