/** Makes whose manufacturer lets us wait, for the whole application. As towline_system. */
import { pauseOf } from '../domain/make-pause.ts';
import type { MakePause } from '../domain/make-pause.ts';
import type { Database, Tx } from './database.ts';

const columns = ['make', 'since', 'until', 'times'] as const;

/** Every pause that is known, by make; one whose time is over waits for the read that finds out. */
export async function listMakePauses(tx: Tx): Promise<MakePause[]> {
  return tx.selectFrom('make_pause').select(columns).orderBy('make').execute();
}

/** The manufacturer said that it lets us wait. */
export async function pauseMake(
  database: Database,
  make: string,
  retryAfterS: number | null,
  now: Date,
): Promise<void> {
  await database.asSystem(async (tx) => {
    const before = await tx
      .selectFrom('make_pause')
      .select(columns)
      .where('make', '=', make)
      .forUpdate()
      .executeTakeFirst();
    const pause = { ...pauseOf(before ?? null, make, retryAfterS, now), probe_until: null };
    await tx
      .insertInto('make_pause')
      .values(pause)
      .onConflict((conflict) => conflict.column('make').doUpdateSet(pause))
      .execute();
  });
}

/** It answers again. */
export async function endMakePause(database: Database, make: string): Promise<void> {
  await database.system.deleteFrom('make_pause').where('make', '=', make).execute();
}

/** One read of each of these tries whether it still holds; no other does before `until`. */
export async function markProbes(tx: Tx, makes: readonly string[], until: Date): Promise<void> {
  if (makes.length > 0)
    await tx
      .updateTable('make_pause')
      .set({ probe_until: until })
      .where('make', 'in', [...makes])
      .execute();
}

/** What was tried said nothing: the next read may try. */
export async function endProbe(database: Database, make: string): Promise<void> {
  await database.system.updateTable('make_pause').set({ probe_until: null }).where('make', '=', make).execute();
}
