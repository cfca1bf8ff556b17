/** One suite, every database: what the store promises must hold on each server that tests have. */
import { after, before, describe } from 'node:test';
import { openDatabase, type Database } from '../../src/store/database.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { testServers } from '../support/servers.ts';

export interface Opened {
  readonly database: Database;
  /** As the owner of the tables, for a second process. */
  readonly url: string;
}

/** Runs the suite on a database of its own on each server; `opened` may be read inside its tests and hooks. */
export async function onEveryServer(title: string, suite: (opened: Opened) => void): Promise<void> {
  for (const server of await testServers()) {
    describe(`${title}, on ${server.name}`, () => {
      let made: TestDatabase;
      let database: Database;
      before(async () => {
        made = await createDatabase(server);
        database = openDatabase({ url: made.url, maxConnections: 12 });
      });
      suite({
        get database() {
          return database;
        },
        get url() {
          return made.url;
        },
      });
      // After the suite's own hooks, which may still need the database.
      after(async () => {
        await database.close();
        await made.drop();
      });
    });
  }
}
