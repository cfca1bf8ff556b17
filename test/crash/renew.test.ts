import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { killAtEveryPoint } from './every-point.ts';
import { rowsOf } from './sql.ts';
import { openStage } from './stage.ts';
import { makeRenewing, type Template } from './template.ts';
import { openVictims } from './victims.ts';

killAtEveryPoint('renew on v2');

const victims = openVictims();
after(() => victims.end());

/** The dead process's lease ends in the second one. */
const stepsS = [1, 25, 60, 60, 1_800, 60];

/** The point at which Smartcar has answered with new tokens, and nobody has heard it yet. */
async function pointOfAnswer(template: Template): Promise<number> {
  const stage = await openStage(victims, template, { limit: null, hasMailServer: false });
  for (const step of stepsS) await stage.advance(step);
  const place = stage.points.seen.findIndex((name) => name.endsWith('POST /oauth/token'));
  await stage.close();
  assert.notEqual(place, -1, stage.points.seen.join('\n'));
  return place + 1;
}

interface End {
  connection: { status: string; cause: string | null };
  lost: { at: string; reported: string }[];
  asked: number;
}

/** Killed over Smartcar's answer, and started again after so many seconds. */
async function killedOverTheAnswer(template: Template, limit: number, restartAfterS: number): Promise<End> {
  const stage = await openStage(victims, template, { limit, hasMailServer: false, restartAfterS });
  for (const step of stepsS) await stage.advance(step);
  assert.match(stage.points.stoppedAt ?? '', /the answer 200 to POST \/oauth\/token/);
  const read = (question: string): Promise<unknown[]> => rowsOf(stage.databaseUrl, question);
  const [connection] = (await read('select status, cause from connection')) as [End['connection']];
  const lost = (await read(
    "select at, data ->> 'reported' as reported from timeline where kind = 'connection.tokens-lost'",
  )) as End['lost'];
  const asked = (await read("select id from notification where kind = 'reconnect'")).length;
  await stage.close();
  return { connection, lost, asked };
}

test('killed over the answer to a renewal: within the grace the car stays active, after it the owner is asked and the loss is named [§1.7-8]', async () => {
  const template = await makeRenewing();
  const limit = await pointOfAnswer(template);
  const within = await killedOverTheAnswer(template, limit, 20);
  assert.deepEqual(within, { connection: { status: 'active', cause: null }, lost: [], asked: 0 });
  const later = await killedOverTheAnswer(template, limit, 700);
  assert.deepEqual(later.connection, { status: 'expired', cause: 'tokensLost' });
  assert.equal(later.asked, 1, 'the owner is asked once');
  assert.equal(later.lost.length, 1, 'and the line says when the lost answer was asked for');
  const askedS = Math.floor(new Date(later.lost[0]?.reported ?? '').getTime() / 1_000);
  assert.equal(askedS, template.at.getTime() / 1_000 + 1);
  await template.drop();
});
