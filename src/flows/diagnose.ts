/**
 * The steps of a check, one after another: what is asked of Smartcar, and what each answer comes to. The read of the car
 * goes the one path, like a poll's; everything else is only looked at, and changes no connection.
 */
import {
  agesStep,
  commandStep,
  permissionGaps,
  permissionsStep,
  refusedStep,
  signalAges,
  signalsStep,
  skipped,
} from '../domain/check-step.ts';
import type { CheckStep, Finding, StepName, StepResult } from '../domain/check-step.ts';
import type { Connection, Platform } from '../domain/connection.ts';
import type { CheckAnswer } from '../domain/diagnosis.ts';
import { isAccountMeaning, isThrottleMeaning } from '../domain/failure.ts';
import type { Failure } from '../domain/failure.ts';
import type { Settings } from '../domain/fleet.ts';
import type { MakePolicy } from '../domain/make-policy.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Permission } from '../domain/permission.ts';
import type { Answer } from '../smartcar/answer.ts';
import { listCommands } from '../store/command-list.ts';
import { openScopeOf } from '../store/incident.ts';
import { findActiveRental } from '../store/rental.ts';
import { readLatest } from '../store/telemetry.ts';
import { requestsOfRead } from '../domain/usage.ts';
import { readVehicle } from './read-vehicle.ts';
import type { ReadNeeds } from './read-vehicle.ts';
import { withTokensOf } from './v2.ts';

/** Besides the read: Smartcar's list and the webhook's subscriptions on v3, the grant and the management's list on v2. */
const costBesidesReading = 2;

/** How many requests a check costs at most. */
export const checkCost = (platform: Platform): number => requestsOfRead[platform] + costBesidesReading;

/** What is checked. */
export interface Checked {
  connection: Connection;
  make: MakePolicy;
  settings: Pick<Settings, 'requiredPermissions'>;
}

export interface CheckRun {
  needs: ReadNeeds;
  /** The same, whose requests are counted. */
  asking: ReadNeeds;
  checked: Checked;
  /** Called with each step as soon as its outcome is known; the next one waits for it. */
  onStep(step: CheckStep): Promise<void>;
  /** Called once with what the read came to, before the steps that rest on it. */
  onOutcome(outcome: Outcome, answer: CheckAnswer): Promise<void>;
}

/** What one look at Smartcar came to, for the steps that follow from it. */
interface Look {
  failure: Failure | null;
  requestId: string | null;
}

export async function runSteps(run: CheckRun): Promise<void> {
  const tell = teller(run);
  const access = await askAccess(run);
  if (access) {
    await tell('access', refusedStep(access), access.requestId);
    for (const name of ['smartcar', 'listed', 'permissions'] as const) await tell(name, notAsked('access'));
    return readAndRest(run, tell, access, 'access');
  }
  await tell('access', passed({ says: 'accessHeld' }));
  const failure = await (run.checked.connection.platform === 'v2' ? lookOnV2(run, tell) : lookOnV3(run, tell));
  // Who is told to wait waits: the read would be refused the same way.
  const told = failure && isThrottleMeaning(failure.meaning) ? failure : null;
  await readAndRest(run, tell, told, 'smartcar');
}

type Tell = (name: StepName, result: StepResult, requestId?: string | null) => Promise<void>;

const teller =
  ({ needs, onStep }: CheckRun): Tell =>
  (name, result, requestId = null) =>
    onStep({ name, ...result, at: needs.clock(), requestId });

const passed = (finding: Finding): StepResult => ({ state: 'passed', finding });
const notAsked = (because: StepName): StepResult => skipped({ says: 'notAsked', because });

/** Whether a token is there or can be had; the token itself stays in the vault. @returns why not */
async function askAccess({ needs, checked: { connection } }: CheckRun): Promise<Failure | null> {
  const held = async (): Promise<Answer<null>> => ({ ok: true, value: null, requestId: null });
  const now = needs.clock();
  const answer = await (connection.platform === 'v2'
    ? withTokensOf(needs.v2, connection, now, held)
    : needs.access.withAccess(now, held));
  return answer.ok ? null : answer.failure;
}

/** v3's list of connections answers three steps at once: that Smartcar is there, that it lists the car, and what is granted. */
async function lookOnV3({ asking: needs, checked }: CheckRun, tell: Tell): Promise<Failure | null> {
  const { connection, settings } = checked;
  const filter = { vehicleId: connection.smartcarVehicleId, userId: connection.smartcarUserId };
  const answer = await needs.access.withAccess(needs.clock(), (token) => needs.smartcar.listConnections(token, filter));
  const { failure, requestId } = lookOf(answer);
  if (failure) {
    await tell('smartcar', refusedStep(failure), requestId);
    for (const name of ['listed', 'permissions'] as const) await tell(name, notAsked('smartcar'));
    return failure;
  }
  await tell('smartcar', passed({ says: 'answered' }), requestId);
  const [listed] = answer.ok ? answer.value : [];
  await tell(
    'listed',
    listed ? passed({ says: 'listed' }) : { state: 'failed', finding: { says: 'unlisted' } },
    requestId,
  );
  // A list that shows no permissions says nothing about them.
  const granted = listed && listed.permissions.length > 0 ? listed.permissions : null;
  await tell(
    'permissions',
    listed ? grantStep(settings.requiredPermissions, granted ?? connection.permissions) : notAsked('listed'),
    requestId,
  );
  return null;
}

/** v2 tells the grant by its tokens, and its list only to who holds the management token. */
async function lookOnV2({ asking: needs, checked }: CheckRun, tell: Tell): Promise<Failure | null> {
  const { connection, settings } = checked;
  const vehicleId = connection.smartcarVehicleId;
  const answer = await withTokensOf(needs.v2, connection, needs.clock(), (smartcar, token) =>
    smartcar.readPermissions(token, vehicleId),
  );
  const { failure, requestId } = lookOf(answer);
  // That the owner's access has ended is an answer.
  const isAnswer = failure === null || isAccountMeaning(failure.meaning);
  await tell('smartcar', isAnswer ? passed({ says: 'answered' }) : refusedStep(failure), requestId);
  if (failure && isThrottleMeaning(failure.meaning)) await tell('listed', notAsked('smartcar'));
  else await listedOnV2(needs, connection, tell);
  const result = failure
    ? isAnswer
      ? refusedStep(failure)
      : notAsked('smartcar')
    : grantStep(settings.requiredPermissions, answer.ok ? answer.value : []);
  await tell('permissions', result, requestId);
  return failure;
}

async function listedOnV2({ v2 }: ReadNeeds, connection: Connection, tell: Tell): Promise<void> {
  const [managementToken] = v2?.managementTokens ?? [];
  if (!v2 || !managementToken) return tell('listed', skipped({ says: 'listClosed' }));
  const filter = { vehicleId: connection.smartcarVehicleId, userId: connection.smartcarUserId };
  const answer = await v2.smartcar.listConnections(managementToken, filter);
  const { failure, requestId } = lookOf(answer);
  // The management's door is another one than the car's: that it is shut breaks no connection.
  if (failure) return tell('listed', { ...refusedStep(failure), state: 'warning' }, requestId);
  const isListed = answer.ok && answer.value.length > 0;
  await tell(
    'listed',
    isListed ? passed({ says: 'listed' }) : { state: 'failed', finding: { says: 'unlisted' } },
    requestId,
  );
}

const lookOf = (answer: Answer<unknown>): Look =>
  answer.ok
    ? { failure: null, requestId: answer.requestId }
    : { failure: answer.failure, requestId: answer.failure.requestId };

const grantStep = (required: readonly Permission[], granted: readonly Permission[]): StepResult =>
  permissionsStep(permissionGaps(required, granted, []));

/** The read, or what stands for it when it was not worth sending, and what rests on it. */
async function readAndRest(run: CheckRun, tell: Tell, known: Failure | null, because: StepName): Promise<void> {
  const outcome = await outcomeOf(run, known);
  const answer = answerOf(outcome);
  await run.onOutcome(outcome, answer);
  await tell('signals', known ? notAsked(because) : readStep(run.checked, outcome), outcome.requestId);
  await tell('ages', await lookAtAges(run, answer));
  await tell(...(await lookAtWebhook(run, known ? because : null)));
  const { command, rental } = await lookAtUse(run);
  await tell('command', command);
  await tell('rental', rental);
  await tell('incident', await lookAtIncident(run));
}

/** What was refused before the read is what the read came to: it goes the one path all the same. */
async function outcomeOf(
  { asking: needs, checked: { connection } }: CheckRun,
  known: Failure | null,
): Promise<Outcome> {
  if (!known) return readVehicle(needs, { ...connection, connectionId: connection.id }, 'check');
  return { kind: 'failed', via: 'check', at: needs.clock(), requestId: known.requestId, failure: known };
}

function readStep({ settings }: Checked, outcome: Outcome): StepResult {
  if (outcome.kind === 'failed') return refusedStep(outcome.failure);
  if (outcome.kind !== 'signals') throw new Error(`A read came to ${outcome.kind}.`);
  return signalsStep(settings.requiredPermissions, outcome.readings, outcome.failures);
}

function answerOf(outcome: Outcome): CheckAnswer {
  const { at, requestId } = outcome;
  if (outcome.kind === 'failed') {
    const { meaning, type, code } = outcome.failure;
    return { at, requestId, came: 0, failure: { meaning, type, code }, failures: [] };
  }
  if (outcome.kind !== 'signals') throw new Error(`A read came to ${outcome.kind}.`);
  const failures = outcome.failures.map(({ signal, meaning, type, code, fetchedAt }) => ({
    signal,
    meaning,
    type,
    code,
    fetchedAt,
  }));
  return { at, requestId, came: outcome.readings.length, failure: null, failures };
}

/** What we hold now, with the newest that came: an answer that failed leaves the older values, and their age. */
async function lookAtAges({ needs, checked }: CheckRun, answer: CheckAnswer): Promise<StepResult> {
  const { connection, make, settings } = checked;
  const readings = await needs.database.asFleet(connection.fleetId, (tx) =>
    readLatest(tx, connection.vehicleId, false),
  );
  const known = {
    required: settings.requiredPermissions,
    readings,
    failures: answer.failures,
    make,
  };
  return agesStep(signalAges(known, needs.clock()));
}

/** Whether many others of its make and region fail now. */
/** What was asked of the car last, and who has it. */
async function lookAtUse({ needs: { database }, checked: { connection } }: CheckRun): Promise<{
  command: StepResult;
  rental: StepResult;
}> {
  const { fleetId, vehicleId } = connection;
  return database.asFleet(fleetId, async (tx) => {
    const [last = null] = await listCommands(tx, { vehicle: vehicleId }, { after: null, limit: 1 });
    const rental = await findActiveRental(tx, vehicleId);
    return {
      command: commandStep(last),
      rental: rental ? passed({ says: 'inRental', reference: rental.reference }) : skipped({ says: 'noRental' }),
    };
  });
}

async function lookAtIncident({ needs, checked: { connection } }: CheckRun): Promise<StepResult> {
  const { fleetId, vehicleId } = connection;
  const scope = await needs.database.asFleet(fleetId, (tx) => openScopeOf(tx, vehicleId));
  return scope ? { state: 'warning', finding: { says: 'inIncident', ...scope } } : passed({ says: 'noIncident' });
}

async function lookAtWebhook(
  { asking: needs, checked: { connection } }: CheckRun,
  because: StepName | null,
): Promise<[name: StepName, result: StepResult, requestId: string | null]> {
  if (connection.platform === 'v2') return ['webhook', skipped({ says: 'subscribedElsewhere' }), null];
  if (because) return ['webhook', notAsked(because), null];
  const filter = { vehicleId: connection.smartcarVehicleId, userId: connection.smartcarUserId };
  const answer = await needs.access.withAccess(needs.clock(), (token) =>
    needs.smartcar.listSubscriptions(token, filter),
  );
  const { failure, requestId } = lookOf(answer);
  if (failure) return ['webhook', { ...refusedStep(failure), state: 'warning' }, requestId];
  const isThere =
    answer.ok && answer.value.some(({ smartcarVehicleId: id }) => id === null || id === connection.smartcarVehicleId);
  return [
    'webhook',
    isThere ? passed({ says: 'subscribed' }) : { state: 'warning', finding: { says: 'notSubscribed' } },
    requestId,
  ];
}
