/** The move in figures, and the aims that it is held to. */
import { figure, percentile, table } from '../../bench/figures.ts';
import type { Run } from '../move.ts';
import { linesOf, messagesSince } from './judge.ts';
import { befalls } from './script.ts';
import type { Stage } from './stage.ts';

export interface Aim {
  what: string;
  /** What is not as it has to be; empty when the aim is met. */
  wrong: readonly string[];
}

const shown = 5;

/** @returns whether all of them are met */
export function tellAims(aims: readonly Aim[], tell: (line: string) => void): boolean {
  for (const { what, wrong } of aims) {
    tell(`${wrong.length === 0 ? 'met' : 'NOT met'}: ${what}`);
    for (const sentence of wrong.slice(0, shown)) tell(`  ! ${sentence.slice(0, 400)}`);
    if (wrong.length > shown) tell(`  ! and ${wrong.length - shown} more`);
  }
  return aims.every(({ wrong }) => wrong.length === 0);
}

export async function tellFigures(stage: Stage, run: Run, wallS: number, tell: (line: string) => void): Promise<void> {
  const hours = (stage.now().getTime() - run.zero.getTime()) / 3_600_000;
  tell(`${figure(hours)} hours of the fleet in ${figure(wallS)} s`);
  tell('');
  tellFates(run, tell);
  tell(`the whole fleet: ${befalls.flatMap(({ what }) => (what ? [what] : [])).join('; ')}`);
  tell('');
  tellKills(stage, tell);
  tell('');
  await tellReport(stage, run, tell);
  await tellMessages(stage, run, tell);
  await tellRequests(stage, run, tell);
  tell('');
}

function tellFates({ cars }: Run, tell: (line: string) => void): void {
  const names = [...new Set(cars.map(({ fate }) => fate.name))];
  const rows = names.map((name) => {
    const own = cars.filter(({ fate }) => fate.name === name);
    const end = own[0]?.fate.end;
    const due = end ? [end.state, end.reason ?? '', `${end.status} on ${end.platform}`].filter(Boolean).join(', ') : '';
    return [name, String(own.length), due];
  });
  tell(table(['what befalls a car', 'cars', 'what has to become of it'], rows));
}

function tellKills({ killer }: Stage, tell: (line: string) => void): void {
  const points = [...new Set(killer.kills.map(({ point }) => point))];
  const rows = points
    .map((point) => ({ point, count: killer.kills.filter((kill) => kill.point === point).length }))
    .sort((a, b) => b.count - a.count || a.point.localeCompare(b.point))
    .map(({ point, count }) => [point, String(count)]);
  tell(`killed ${killer.kills.length} times of ${killer.drawn} drawn, at ${figure(killer.pointsPassed)} points:`);
  const phases = [...new Set(killer.kills.map(({ phase }) => phase))];
  tell(`  ${phases.map((of) => `${of} ${killer.kills.filter(({ phase }) => phase === of).length}`).join(', ')}`);
  tell(table(['never heard of', 'times'], rows));
}

async function tellReport(stage: Stage, { moveId }: Run, tell: (line: string) => void): Promise<void> {
  const lines = await linesOf(stage, moveId);
  const kinds = [...new Set(lines.map(({ state, reason }) => (reason ? `${state}, ${reason}` : state)))].sort();
  const count = (kind: string): number =>
    lines.filter(({ state, reason }) => (reason ? `${state}, ${reason}` : state) === kind).length;
  tell(`lines of the report: ${kinds.map((kind) => `${kind} ${count(kind)}`).join('; ')}`);
}

async function tellMessages(stage: Stage, { zero }: Run, tell: (line: string) => void): Promise<void> {
  const messages = await messagesSince(stage, zero);
  const owners = new Set(messages.map(({ owner }) => owner)).size;
  tell(`messages since the move began: ${messages.length}, to ${owners} owners, who had revoked access themselves`);
}

/** What the move itself asked: everything on v3 about a car that was still on v2. */
async function tellRequests(stage: Stage, run: Run, tell: (line: string) => void): Promise<void> {
  const lines = await linesOf(stage, run.moveId);
  const until = new Map(lines.map(({ vehicleId, changedAt }) => [vehicleId, new Date(changedAt)]));
  const { asked } = stage.gateway;
  const all = asked.filter(({ at, platform }) => at >= run.zero && platform === 'v3');
  const plain = run.cars.filter(({ fate, car }) => fate.cars === 0 && !run.wentBack.some((one) => one.car === car));
  const each = plain.map(({ car }) => {
    const end = until.get(car.id) ?? run.zero;
    return all.filter(({ at, smartcarVehicleId }) => smartcarVehicleId === car.smartcarVehicleId && at <= end).length;
  });
  const webhooks = all.filter(({ route, at }) => route === '/v3/webhooks' && at <= run.movedAt).length;
  tell(
    `requests about a car that nothing befell, until it was moved: median ${figure(percentile(each, 0.5))}, most ${figure(Math.max(...each))}; and ${figure(webhooks / run.cars.length)} a car for the list of webhooks`,
  );
  const moving = asked.filter(({ at }) => at >= run.zero && at <= run.movedAt);
  const routes = [...new Set(moving.map(({ method, route }) => `${method} ${route}`))];
  const counts = routes
    .map((name) => ({ name, own: moving.filter(({ method, route }) => `${method} ${route}` === name) }))
    .sort((a, b) => b.own.length - a.own.length)
    .slice(0, 8);
  tell(`requests of Towline while cars were moved: ${figure(moving.length)}`);
  for (const { name, own } of counts)
    tell(
      `  ${figure(own.length)} ${name}, ${figure(own.filter(({ status }) => status < 200 || status >= 300).length)} of them refused or lost`,
    );
}
