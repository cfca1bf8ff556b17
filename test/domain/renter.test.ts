/** What a renter is told of a command as time goes by, in every state and for every cause. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { answered, commandStates, leaving, newCommand, ownCommandCauses } from '../../src/domain/command.ts';
import type { Command } from '../../src/domain/command.ts';
import {
  accountMeanings,
  gapMeanings,
  ourMeanings,
  throttleMeanings,
  upstreamMeanings,
  vehicleMeanings,
} from '../../src/domain/failure.ts';
import type { CommandId, ConnectionId, FleetId, VehicleId } from '../../src/domain/ids.ts';
import { makePolicy } from '../../src/domain/make-policy.ts';
import { isBusy, needsHelp, renterStep } from '../../src/domain/renter.ts';
import { renterAge, renterCauseText } from '../../src/texts/renter-words.ts';

const start = new Date('2026-05-04T08:00:00Z');
const at = (seconds: number): Date => new Date(start.getTime() + seconds * 1_000);
const make = makePolicy('VOLKSWAGEN', {});
const queued = newCommand(
  {
    id: 'cmd_1' as CommandId, // any ids will do
    fleetId: 'flt_1' as FleetId,
    vehicleId: 'veh_1' as VehicleId,
    connectionId: 'con_1' as ConnectionId,
    type: 'unlock',
    requestedBy: { kind: 'renter', id: 'rnt_1', name: 'Renter' },
    deadlineS: 30,
  },
  start,
);
const sent = leaving(queued, make, at(1));
const told = answered(sent, { came: 'accepted', requestId: null }, make, at(4));

test('they are told to look sooner than the command ends, and that it was done by the car alone', () => {
  const steps: [Command, number, string | null, boolean][] = [
    [queued, 0, 'waiting', true],
    [sent, 2, 'sent', true],
    [sent, 20, 'sent', true],
    [sent, 21, 'unsure', true],
    [sent, 91, 'unsure', false],
    [told, 4, 'told', false],
    [told, 45, 'told', false],
    [told, 46, 'unsure', false],
    [{ ...told, isContradicted: true }, 5, 'unsure', false],
  ];
  for (const [command, seconds, step, busy] of steps)
    assert.deepEqual([renterStep(command, at(seconds)), isBusy(command, at(seconds))], [step, busy], `${seconds} s`);
});

test('only a confirmed one is done, and an end is forgotten after ten minutes', () => {
  for (const state of commandStates) {
    const over: Command = { ...told, state, endedAt: at(10), dueAt: null };
    if (state === 'queued' || state === 'sent') continue;
    const step = renterStep(over, at(11));
    assert.equal(step === 'done', state === 'confirmed', state);
    assert.equal(needsHelp(step), ['unconfirmed', 'failed', 'expired'].includes(state), state);
    assert.equal(renterStep(over, at(611)), null, state);
  }
});

test('every cause has a sentence for the renter that names no service and no machinery', () => {
  const meanings = [
    ...[...accountMeanings, ...vehicleMeanings, ...throttleMeanings],
    ...[...upstreamMeanings, ...ourMeanings, ...gapMeanings, ...ownCommandCauses],
  ];
  for (const cause of meanings)
    for (const type of ['lock', 'unlock'] as const) {
      const text = renterCauseText(cause, type);
      assert.match(text, /^[A-Z].*\.$/, cause);
      assert.doesNotMatch(
        text,
        /Smartcar|connection|grant|token|permission|request limit|server|undefined|[{}!]/i,
        cause,
      );
    }
  assert.deepEqual(
    [0, 59, 60, 3_599, 3_600, 172_800].map((s) => renterAge(start, at(s))),
    ['just now', 'just now', '1 minute ago', '59 minutes ago', '1 hour ago', '2 days ago'],
  );
});
