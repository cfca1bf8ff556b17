/** What became of a fleet's commands, counted and timed by make; it changes nothing. */
import { sql } from 'kysely';

import type { CommandCounts, Latency } from '../domain/command-figures.ts';
import type { Tx } from './database.ts';

export interface CommandFigures extends CommandCounts {
  /** From asked to accepted by Smartcar; null where none was. */
  acceptedAfter: Latency | null;
  /** From asked to confirmed, as soon as Towline heard the car; null where none was. */
  confirmedAfter: Latency | null;
}

export interface CommandSummary {
  /** What is counted was asked for from then on. */
  from: Date;
  /** There are more than are counted. */
  isCut: boolean;
  all: CommandFigures;
  /** Most asked first. A make as it is written in the vehicles' records; null where it is not. */
  makes: (CommandFigures & { make: string | null })[];
}

/** Commands that are looked at, newest first: 0.3 s with 100,000 vehicles. Two million of them would take 6 s. */
const mostCounted = 100_000;
/** Makes are free text. */
const mostMakes = 100;

interface Row extends CommandCounts {
  isAll: boolean;
  make: string | null;
  firstAt: Date | null;
  acceptedAfter: [number, number] | null;
  confirmedAfter: [number, number] | null;
}

/** Of what was asked for since, or of the newest hundred thousand of it. */
export async function summarizeCommands(
  tx: Tx,
  since: Date,
  { counted = mostCounted }: { counted?: number } = {},
): Promise<CommandSummary> {
  const { rows } = await sql<Row>`
    with counted as (
      select vehicle_id, requested_at, accepted_at, ended_at,
        case when state in ('queued', 'sent') then 'underWay' when cause = 'superseded' then cause else state end as came
      from command
      where requested_at >= ${since}
      order by requested_at desc, id desc
      limit ${counted}
    )
    select grouping(v.make) = 1 as "isAll", v.make, min(c.requested_at) as "firstAt", count(*)::int as asked,
      ${sql.join(came.map(countOf))},
      ${latency(sql`c.accepted_at`, sql`true`)} as "acceptedAfter",
      ${latency(sql`c.ended_at`, sql`came = 'confirmed'`)} as "confirmedAfter"
    from counted c join vehicle v on v.id = c.vehicle_id
    group by grouping sets ((), (v.make))
    order by "isAll" desc, asked desc, v.make
    limit ${mostMakes + 1}`.execute(tx);
  const [all, ...makes] = rows;
  if (!all) throw new Error('The whole is a group even of nothing.');
  const isCut = all.asked >= counted;
  return {
    from: (isCut ? all.firstAt : null) ?? since,
    isCut,
    all: figuresOf(all),
    makes: makes.map((row) => ({ make: row.make, ...figuresOf(row) })),
  };
}

const came = ['underWay', 'confirmed', 'unconfirmed', 'failed', 'expired', 'cancelled', 'superseded'] as const;
const countOf = (what: (typeof came)[number]) => sql`count(*) filter (where came = ${what})::int as ${sql.ref(what)}`;

/** What was not reached is left out. */
const latency = (until: ReturnType<typeof sql>, isCounted: ReturnType<typeof sql>) =>
  sql`percentile_cont(array[0.5, 0.95]) within group (order by extract(epoch from ${until} - c.requested_at)::float8)
    filter (where ${isCounted})`;

function figuresOf(row: Row): CommandFigures {
  const { isAll: _, make: _make, firstAt: _first, acceptedAfter, confirmedAfter, ...counts } = row;
  return { ...counts, acceptedAfter: latencyOf(acceptedAfter), confirmedAfter: latencyOf(confirmedAfter) };
}

const latencyOf = (of: [number, number] | null): Latency | null => of && { medianS: of[0], p95S: of[1] };
