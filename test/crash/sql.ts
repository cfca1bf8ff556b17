/** A single statement on a connection of its own, past every proxy. */
import pg from 'pg';

export async function rowsOf(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

export const run = async (url: string, statement: string): Promise<void> => void (await rowsOf(url, statement));

/** The job engine lets go of a dead worker's tasks after four hours of its own clock; here by its own means, at once. */
export const freeTasks = (url: string): Promise<void> =>
  run(
    url,
    `select graphile_worker.force_unlock_workers(array(select distinct locked_by from graphile_worker._private_jobs where locked_by is not null))`,
  );

/** The engine repeats a failed task after seconds of its own clock, which can't be moved. */
export const letTasksRunAgain = (url: string): Promise<void> =>
  run(
    url,
    `select graphile_worker.reschedule_jobs(array(select id from graphile_worker._private_jobs where locked_at is null and attempts > 0), now())`,
  );
