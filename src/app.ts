/* eslint-disable max-lines -- the only place where rooms meet: each flow is bound here in a line, and nothing else is done */
/** The only place where rooms meet: opens what everything stands on, binds flows to it, and starts what this role runs. */
import { fileURLToPath } from 'node:url';

import type { Config, Secret } from './config.ts';
import type { BucketLimits } from './domain/bucket.ts';
import type { SetUp } from './domain/go-live.ts';
import { acknowledgeAlert, resolveAlert } from './flows/alerts.ts';
import { adopt } from './flows/adopt.ts';
import { applyWebhooks } from './flows/apply-webhooks.ts';
import { ensureBootstrapKey, ensureFleets } from './flows/bootstrap.ts';
import { CallFailed, NotThereYet } from './flows/call-failed.ts';
import { changePlan } from './flows/change-plan.ts';
import { check } from './flows/check.ts';
import { checkCompatibility } from './flows/check-compatibility.ts';
import { cancelCommand, requestCommand } from './flows/command.ts';
import { completeConnect, completeDue } from './flows/complete-connect.ts';
import { confirmGrant, refuseGrant } from './flows/decide-grant.ts';
import { deliver, deliverDue } from './flows/deliver.ts';
import { deliverEvents } from './flows/deliver-events.ts';
import {
  addEndpoint,
  changeEventEndpoint,
  removeEndpoint,
  replayTo,
  retryDelivery,
  rotateSecret,
  testEndpoint,
} from './flows/event-endpoints.ts';
import { openLanes } from './flows/lanes.ts';
import type { Lanes } from './flows/lanes.ts';
import { disconnect, stopSharing } from './flows/disconnect.ts';
import { eraseDue, eraseOwner, goOnErasing } from './flows/erase-owner.ts';
import { checkGoLive, sendTestMessage } from './flows/check-go-live.ts';
import { webhookAddressOf } from './flows/choose-webhook.ts';
import { ensureSubscription, subscribeDue } from './flows/ensure-subscription.ts';
import { viewGoLive } from './flows/go-live.ts';
import { endIncident } from './flows/incidents.ts';
import { grantsDue } from './flows/grants-due.ts';
import { goOnWithImport, importDue, startImport, undoImport } from './flows/import.ts';
import { discardImport, previewImport } from './flows/import-preview.ts';
import { forecastLapse, forecastLapses, keepAlive } from './flows/keep-alive.ts';
import { keepHouse } from './flows/keep-house.ts';
import { viewLink } from './flows/link-view.ts';
import { flushUsage, openMeter } from './flows/meter.ts';
import type { Meter } from './flows/meter.ts';
import { finishMove, pauseMove, planFleetMove, resumeMove, rollBackMove, startMove } from './flows/move.ts';
import { moveDue } from './flows/move-due.ts';
import { ownerOfLink } from './flows/open-link.ts';
import { addOwner, changeOwner } from './flows/owners.ts';
import { pollDue } from './flows/poll.ts';
import { previewReconnects } from './flows/preview-reconnects.ts';
import { receiveWebhook } from './flows/receive-webhook.ts';
import type { Door } from './flows/receive-webhook.ts';
import { platformsOf, reconcileDue, requestReconciliation } from './flows/reconcile.ts';
import { removeGrant } from './flows/remove-grant.ts';
import { pressAsRenter } from './flows/press-renter.ts';
import { renterAt, renterLink, takeRenterLinkBack } from './flows/renter-link.ts';
import { changeRental, endRental, startRental, wishDisconnect } from './flows/rental.ts';
import { renewUnanswered } from './flows/renew-tokens.ts';
import { reconnectDue } from './flows/reconnect-due.ts';
import { reconnect, sendConnectLink } from './flows/send-link.ts';
import { sendDue } from './flows/send-commands.ts';
import { sendOwnerLink } from './flows/send-owner-link.ts';
import { openUnderway } from './flows/underway.ts';
import type { Underway } from './flows/underway.ts';
import { viewRenter } from './flows/view-renter.ts';
import { viewSharing } from './flows/sharing-view.ts';
import { revokeAtSmartcar, revokeDue } from './flows/revoke.ts';
import { cancelReconnects, pauseReconnects, resumeReconnects, sendReconnects } from './flows/send-reconnects.ts';
import { redirectUriOf, returnFromConnect, startFromLink } from './flows/start-connect.ts';
import type { V2 } from './flows/v2.ts';
import { addVehicle, changeVehicle } from './flows/vehicles.ts';
import { watchIncidents } from './flows/watch-incidents.ts';
import { watchReadiness } from './flows/watch-readiness.ts';
import { watchBudget } from './flows/watch-budget.ts';
import { watchSilence } from './flows/watch-silence.ts';
import { flushDoor, watchSignatures } from './flows/watch-webhooks.ts';
import type { Flows } from './http/needs.ts';
import { ensureAdministrator } from './http/people.ts';
import { createHttpServer } from './http/server.ts';
import { startLoop } from './jobs/loop.ts';
import type { Loop } from './jobs/loop.ts';
import { startRunner } from './jobs/runner.ts';
import type { BoundTasks } from './jobs/runner.ts';
import type { Log } from './log.ts';
import { openEventChannel } from './notify/event-channel.ts';
import type { EventChannel } from './notify/event-channel.ts';
import { openMailChannel } from './notify/mail-channel.ts';
import type { MailChannel } from './notify/mail-channel.ts';
import { signatureHeader } from './smartcar/webhook/signature.ts';
import { openSmartcar } from './smartcar/smartcar.ts';
import type { Smartcar } from './smartcar/smartcar.ts';
import { openSmartcarV2 } from './smartcar/v2/smartcar-v2.ts';
import { openDatabase } from './store/database.ts';
import type { Database } from './store/database.ts';
import { commandChannel, deliveryChannel, inboxChannel } from './store/outbox.ts';
import type { Listening } from './store/listen.ts';
import { ensurePartitions } from './store/telemetry.ts';
import { openInboxWriter } from './store/webhook-inbox.ts';
import type { Access } from './vault/access.ts';
import { openAccess } from './vault/application-access.ts';
import { keepKey } from './vault/key-file.ts';
import { openTokenAccess } from './vault/token-sets.ts';
import { openVault } from './vault/vault.ts';
import type { Vault } from './vault/vault.ts';

export interface AppOptions {
  config: Config;
  databaseUrl: string;
  /** The first one seals, all open. */
  keys: readonly { id: string; key: Buffer }[];
  clock: () => Date;
  /** Spreads polls; a number in [0, 1). */
  chance: () => number;
  log: Log;
}

/** The sealing keys that were configured, else the one that is kept in the data directory. */
export function sealingKeys(config: Config, dataDir: string): AppOptions['keys'] {
  return config.secretKeys?.map(({ id, key }) => ({ id, key: key.reveal() })) ?? [keepKey(dataDir)];
}

/** Everything the flows stand on. */
export interface Ground {
  database: Database;
  vault: Vault;
  smartcar: Smartcar;
  access: Access;
  v2: V2 | null;
  /** New grants are made on v2: there are no credentials for v3. */
  grantsOnV2: boolean;
  mail: MailChannel | null;
  mailbox: boolean;
  mailFrom: string;
  publicUrl: string;
  redirectUri: string;
  /** Id or name of the webhook that cars are subscribed to; null: the one that sends here. */
  webhook: string | null;
  setUp: SetUp;
  /** A digest of everything that an answer of Smartcar's rests on. */
  configuration: Buffer;
  budget: BucketLimits;
  meter: Meter;
  commandsUnderway: Underway;
  events: EventChannel;
  eventsUnderway: Lanes;
  allowPrivateEvents: boolean;
  door: Door;
  clock: () => Date;
  chance: () => number;
  onFault: (error: unknown, what: string) => void;
}

export interface App {
  ground: Ground;
  flows: Flows;
  /** Where web listens; null in a role that does not. */
  address: string | null;
  /** Ends what runs in order, and closes what was opened. */
  stop(): Promise<void>;
}

/** Opens what the flows stand on, without starting anything. */
export async function openGround(options: AppOptions): Promise<Ground> {
  const { config, log, clock, chance } = options;
  const onFault = (error: unknown, what: string): void => logFault(log, error, what);
  const database = openDatabase({
    url: options.databaseUrl,
    onConnectionLost: (error) => log.warn({ err: error }, 'a connection to the database was lost'),
  });
  const vault = openVault(options.keys);
  const { v3, applicationId, mode, origins } = config.smartcar;
  const managementTokens = config.smartcar.managementTokens.map((token) => token.reveal());
  const reveal = (secret: Secret | undefined): string => secret?.reveal() ?? '';
  const credentials = {
    applicationId,
    apiClientId: v3?.apiClientId ?? '',
    apiClientSecret: reveal(v3?.apiClientSecret),
  };
  const smartcar = openSmartcar({ origins, credentials, mode });
  return {
    database,
    vault,
    smartcar,
    clock,
    chance,
    onFault,
    access: openAccess({ smartcar, vault, database, applicationId, random: chance }),
    v2: await openV2(config, { vault, database, random: chance, onFault }, managementTokens),
    grantsOnV2: v3 === null,
    mail: config.mail && openMailChannel({ smtpUrl: config.mail.smtpUrl.reveal(), from: config.mail.from }),
    mailbox: config.demo && !config.mail,
    mailFrom: config.mail?.from ?? 'towline@demo.example',
    publicUrl: config.publicUrl,
    redirectUri: redirectUriOf(config.publicUrl),
    webhook: config.smartcar.webhook,
    budget: config.smartcar.budget,
    setUp: setUpOf(config),
    configuration: vault.fingerprint(JSON.stringify(configurationOf(config))),
    meter: openMeter(),
    commandsUnderway: openUnderway(),
    events: openEventChannel({ allowPrivate: config.allowPrivateEvents }),
    eventsUnderway: openLanes(4, 64),
    allowPrivateEvents: config.allowPrivateEvents,
    door: {
      inbox: openInboxWriter(database),
      managementTokens,
      refused: new Map(),
      challenges: { minute: 0, answered: 0, unflushedAt: null },
    },
  };
}

/** What is set, without anything secret. */
function setUpOf(config: Config): SetUp {
  const { publicUrl, demo, smartcar, mail, bootstrapAdmin, bootstrapApiKey } = config;
  return {
    world: demo ? 'demo' : smartcar.mode,
    platforms: [...(smartcar.v3 ? (['v3'] as const) : []), ...(smartcar.v2 ? (['v2'] as const) : [])],
    applicationId: smartcar.applicationId,
    publicUrl,
    redirectUri: redirectUriOf(publicUrl),
    webhookAddress: webhookAddressOf(publicUrl),
    webhook: smartcar.webhook,
    hasManagementToken: smartcar.managementTokens.length > 0,
    mail: mail ? 'server' : demo ? 'mailbox' : 'none',
    keysInDataFolder: config.secretKeys === null,
    isDatabaseEmbedded: config.databaseUrl === null,
    bootstrap: [
      ...(bootstrapAdmin ? ['TOWLINE_BOOTSTRAP_ADMIN'] : []),
      ...(bootstrapApiKey ? ['TOWLINE_BOOTSTRAP_API_KEY'] : []),
    ],
    isQuotaTold: smartcar.isBudgetTold,
  };
}

/** Secrets included, so that an answer is not held against others. */
function configurationOf({ publicUrl, smartcar, mail }: Config): unknown[] {
  const { applicationId, v3, v2, managementTokens, webhook, mode, origins } = smartcar;
  const reveal = (secret: Secret | undefined): string | null => secret?.reveal() ?? null;
  return [
    ...['1', publicUrl, applicationId, v3?.apiClientId, reveal(v3?.apiClientSecret), reveal(v2?.clientSecret)],
    ...[managementTokens.map(reveal), webhook, mode, origins, reveal(mail?.smtpUrl), mail?.from],
  ];
}

/** What cars that are still on v2 are reached by; null where no secret for it is configured. */
async function openV2(
  { smartcar: { v2, applicationId, origins, mode } }: Config,
  needs: Omit<Parameters<typeof openTokenAccess>[0], 'smartcar'>,
  managementTokens: readonly string[],
): Promise<V2 | null> {
  if (!v2) return null;
  const credentials = { applicationId, clientSecret: v2.clientSecret.reveal() };
  const smartcar = openSmartcarV2({ origins, credentials, mode });
  return { smartcar, managementTokens, tokens: await openTokenAccess({ ...needs, smartcar }) };
}

/** A vendor's refusal is no fault of ours: what it was is enough, and the next run tries again. */
function logFault(log: Log, error: unknown, what: string): void {
  if (error instanceof NotThereYet) log.debug({ what }, error.message);
  else if (error instanceof CallFailed) log.warn({ what, failure: error.failure }, `${what} is tried again`);
  else log.error({ err: error, what }, `${what} failed`);
}

/** What owners and renters do on their pages, by a link. */
function bindPages(
  ground: Ground,
): Pick<
  Flows,
  | 'viewRenter'
  | 'renterAt'
  | 'pressAsRenter'
  | 'viewLink'
  | 'viewSharing'
  | 'stopSharing'
  | 'ownerOfLink'
  | 'startFromLink'
  | 'returnFromConnect'
> {
  return {
    viewRenter: (token, now) => viewRenter(ground, token, now),
    renterAt: (token) => renterAt(ground, token),
    pressAsRenter: (token, press, now) => pressAsRenter(ground, token, press, now),
    viewLink: (token, now) => viewLink(ground, token, now),
    viewSharing: (token, now) => viewSharing(ground, token, now),
    stopSharing: (token, vehicleId, now) => stopSharing(ground, token, vehicleId, now),
    ownerOfLink: (token, now) => ownerOfLink(ground, token, now),
    startFromLink: (token, choice, now) => startFromLink(ground, token, choice, now),
    returnFromConnect: (query, browser, confirmed, now) =>
      returnFromConnect(
        { ...ground, complete: (task, at) => completeConnect(ground, task, at) },
        query,
        browser,
        confirmed,
        now,
      ),
  };
}

/** Binds what the HTTP room asks for to the flows that do it. */
export function bindFlows(ground: Ground): Flows {
  return {
    addVehicle: (context, input, now) => addVehicle(ground, context, input, now),
    changeVehicle: (context, id, change) => changeVehicle(ground, context, id, change),
    addOwner: (context, input, now) => addOwner(ground, context, input, now),
    changeOwner: (context, id, change) => changeOwner(ground, context, id, change),
    sendOwnerLink: (context, id, options, now) => sendOwnerLink(ground, context, id, options, now),
    eraseOwner: (context, id, name, now) => eraseOwner(ground, context, id, name, now),
    previewImport: (context, list, now) => previewImport(ground, context, list, now),
    startImport: (context, id, hash, now) => startImport(ground, context, id, hash, now),
    undoImport: (context, id, now) => undoImport(ground, context, id, now),
    discardImport: (context, id) => discardImport(ground, context, id),
    sendConnectLink: (context, id, options, now) => sendConnectLink(ground, context, id, options, now),
    reconnect: (context, id, options, now) => reconnect(ground, context, id, options, now),
    disconnect: (context, id, now) => disconnect(ground, context, id, now),
    requestCommand: (context, id, wish, now) => requestCommand(ground, context, id, wish, now),
    cancelCommand: (context, id, now) => cancelCommand(ground, context, id, now),
    startRental: (context, wish, now) => startRental(ground, context, wish, now),
    changeRental: (context, key, change, now) => changeRental(ground, context, key, change, now),
    endRental: (context, key, wish, now) => endRental(ground, context, key, wish, now),
    renterLink: (context, key, now) => renterLink(ground, context, key, now),
    takeRenterLinkBack: (context, key, now) => takeRenterLinkBack(ground, context, key, now),
    wishDisconnect: (context, id, isWished, now) => wishDisconnect(ground, context, id, isWished, now),
    addEndpoint: (context, wish, now) => addEndpoint(ground, context, wish, now),
    changeEventEndpoint: (context, id, change, now) => changeEventEndpoint(ground, context, id, change, now),
    removeEndpoint: (context, id, now) => removeEndpoint(ground, context, id, now),
    rotateSecret: (context, id, now) => rotateSecret(ground, context, id, now),
    testEndpoint: (context, id, now) => testEndpoint(ground, context, id, now),
    retryDelivery: (context, id, eventId, now) => retryDelivery(ground, context, id, eventId, now),
    replayTo: (context, id, wish, now) => replayTo(ground, context, id, wish, now),
    check: (context, id, now, onStep) => check(ground, context, id, now, onStep),
    checkCompatibility: (context, id, now) => checkCompatibility(ground, context, id, now),
    asksOnV2: () => ground.v2 !== null,
    requestReconciliation: (now) => requestReconciliation(ground, now),
    reconciledPlatforms: () => platformsOf(ground),
    adopt: (actor, wishes, now) => adopt(ground, actor, wishes, now),
    confirmGrant: (context, id, now) => confirmGrant(ground, context, id, now),
    refuseGrant: (context, id, now) => refuseGrant(ground, context, id, now),
    viewGoLive: (now) => viewGoLive(ground, now),
    checkGoLive: (context, now) => checkGoLive(ground, context, now),
    sendTestMessage: (to, now) => sendTestMessage(ground, to, now),
    changePlan: (context, change, now) => changePlan(ground, context, change, now),
    acknowledgeAlert: (context, id, now) => acknowledgeAlert(ground, context, id, now),
    resolveAlert: (context, id, now) => resolveAlert(ground, context, id, now),
    endIncident: (context, id, now) => endIncident(ground, context, id, now),
    planMove: (context, options, now) => planFleetMove(ground, context, options, now),
    startMove: (context, id, now) => startMove(ground, context, id, now),
    pauseMove: (context, id, now) => pauseMove(ground, context, id, now),
    resumeMove: (context, id, now) => resumeMove(ground, context, id, now),
    finishMove: (context, id, now) => finishMove(ground, context, id, now),
    rollBackMove: (context, id, vehicleIds, now) => rollBackMove(ground, context, id, vehicleIds, now),
    previewReconnects: (context, selection, now) => previewReconnects(ground, context, selection, now),
    sendReconnects: (context, seen, now) => sendReconnects(ground, context, seen, now),
    pauseReconnects: (context, id, now) => pauseReconnects(ground, context, id, now),
    resumeReconnects: (context, id, now) => resumeReconnects(ground, context, id, now),
    cancelReconnects: (context, id, now) => cancelReconnects(ground, context, id, now),
    receiveWebhook: (body, signature, now) => receiveWebhook(ground.door, body, signature, now),
    ...bindPages(ground),
  };
}

/** Starts what this process's role runs, in the order in which it can be relied on. */
export async function startApp(options: AppOptions): Promise<App> {
  const { config, clock } = options;
  const ground = await openGround(options);
  const flows = bindFlows(ground);
  await prepareInstallation(ground, config, clock());
  const works = config.role === 'all' || config.role === 'worker' ? await startWork(ground, options.log) : null;
  const loops = [startCounting(ground), ...(config.role === 'worker' ? [] : [startFlushing(ground)])];
  const stopWork = async (): Promise<void> => {
    await works?.stop();
    await Promise.all(loops.map((loop) => loop.stop()));
  };
  const server =
    config.role === 'worker'
      ? null
      : await listen(ground, flows, options).catch(async (error: unknown) => {
          // A port that is taken: what runs already ends in order, before the database is stopped under it.
          await stopWork();
          await closeGround(ground);
          throw error;
        });
  return {
    ground,
    flows,
    address: server?.address ?? null,
    async stop() {
      await server?.close();
      await stopWork();
      await flushDoor(ground, clock()).catch(() => undefined);
      await flushUsage(ground, clock()).catch(() => undefined);
      await closeGround(ground);
    },
  };
}

/** Closes what `openGround` opened. */
export async function closeGround(ground: Ground): Promise<void> {
  ground.mail?.close();
  await ground.v2?.tokens.stop();
  await ground.v2?.smartcar.close();
  await ground.smartcar.close();
  // What was answered last is still being written down.
  await ground.commandsUnderway.settled();
  await ground.eventsUnderway.end();
  await ground.events.close();
  await ground.database.close();
}

async function prepareInstallation(ground: Ground, config: Config, now: Date): Promise<void> {
  const fleetIds = await ensureFleets(ground, config.demo, now);
  if (config.bootstrapApiKey) await ensureBootstrapKey(ground, config.bootstrapApiKey.reveal(), fleetIds[0], now);
  const { bootstrapAdmin } = config;
  if (bootstrapAdmin) {
    const { email, password } = bootstrapAdmin;
    await ensureAdministrator(
      ground.database,
      { email, password: password.reveal(), name: 'Administrator', fleetIds: [fleetIds[0]] },
      now,
    );
  }
  await ensurePartitions(ground.database, now);
}

/** Binds what the job engine runs to the flows that do it. */
export function bindTasks(ground: Ground): BoundTasks {
  return {
    clock: ground.clock,
    onFault: ground.onFault,
    enqueued: {
      'ensure-subscription': (task, now) => ensureSubscription(ground, task, now),
      'forecast-lapse': (task) => forecastLapse(ground, task),
      reconcile: (_task, now) => reconcileDue(ground, now),
      'revoke-at-smartcar': (task, now) => revokeAtSmartcar(ground, task, now),
      'erase-owner': (task, now) => goOnErasing(ground, task, now),
      'remove-grant': (task, now) => removeGrant(ground, task, now),
      'complete-connect': (task, now) => completeConnect(ground, task, now),
      'go-on-with-import': (task, now) => goOnWithImport(ground, task, now),
      'deliver-notification': (task, now) => deliver(ground, task, now),
    },
    recurring: {
      'complete-due': (now) => completeDue(ground, now),
      'grants-due': (now) => grantsDue(ground, now),
      'deliver-due': async (now) => void (await deliverDue(ground, now)),
      'revoke-due': (now) => revokeDue(ground, now),
      'erase-due': (now) => eraseDue(ground, now),
      'subscribe-due': (now) => subscribeDue(ground, now),
      'import-due': (now) => importDue(ground, now),
      'move-due': (now) => moveDue(ground, now),
      'reconnect-due': (now) => reconnectDue(ground, now),
      'watch-signatures': (now) => watchSignatures(ground, now),
      'watch-silence': (now) => watchSilence(ground, now),
      'watch-readiness': (now) => watchReadiness(ground, now),
      'watch-incidents': (now) => watchIncidents(ground, now),
      'reconcile-due': (now) => reconcileDue(ground, now),
      'keep-alive': (now) => keepAlive(ground, now),
      'forecast-lapses': (now) => forecastLapses(ground, now),
      'watch-budget': (now) => watchBudget(ground, now),
      'keep-house': (now) => keepHouse(ground, now),
    },
  };
}

/** The loops and the job engine. */
async function startWork(ground: Ground, log: Log): Promise<{ stop(): Promise<void> }> {
  const { clock } = ground;
  const onChange = (name: string, error: unknown): void =>
    error
      ? log.error({ err: error, loop: name }, `${name} stopped working`)
      : log.info({ loop: name }, `${name} works again`);
  const poll = startLoop({ name: 'poll', everyMs: 1_000, clock, onChange, round: (now) => pollDue(ground, now) });
  const apply = startLoop({
    name: 'apply',
    everyMs: 1_000,
    clock,
    onChange,
    round: (now) => applyWebhooks(ground, now),
  });
  const renew = startLoop({
    name: 'renew',
    everyMs: 5_000,
    clock,
    onChange,
    round: (now) => renewUnanswered(ground, now),
  });
  const send = startLoop({
    name: 'send commands',
    everyMs: 1_000,
    clock,
    onChange,
    round: (now) => sendDue(ground, now),
  });
  const tell = startLoop({
    name: 'deliver events',
    everyMs: 1_000,
    clock,
    onChange,
    round: (now) => deliverEvents(ground, now),
  });
  const hear = (channel: string, loop: Loop): Promise<Listening> =>
    ground.database.listen(
      channel,
      () => loop.nudge(),
      () => loop.nudge(),
    );
  const listenings = [
    await hear(inboxChannel, apply),
    await hear(commandChannel, send),
    await hear(deliveryChannel, tell),
  ];
  const runner = await startRunner({ pgPool: ground.database.ownerPool, log, ...bindTasks(ground) });
  return {
    async stop() {
      await Promise.all(listenings.map((listening) => listening.stop()));
      await runner.stop();
      await Promise.all([poll.stop(), apply.stop(), renew.stop(), send.stop(), tell.stop()]);
    },
  };
}

function startFlushing(ground: Ground): Loop {
  return startLoop({
    name: 'flush refused webhooks',
    everyMs: 10_000,
    clock: ground.clock,
    onChange: (name, error) => error && ground.onFault(error, name),
    round: async (now) => {
      await flushDoor(ground, now);
      return 0;
    },
  });
}

function startCounting(ground: Ground): Loop {
  return startLoop({
    name: 'count requests',
    everyMs: 10_000,
    clock: ground.clock,
    onChange: (name, error) => error && ground.onFault(error, name),
    round: async (now) => {
      await flushUsage(ground, now);
      return 0;
    },
  });
}

/** The HTTP server of this process. */
export async function listen(
  ground: Ground,
  flows: Flows,
  { config, log, clock }: AppOptions,
): Promise<{ address: string; close(): Promise<void> }> {
  const server = await createHttpServer({
    flows,
    database: ground.database,
    vault: ground.vault,
    clock,
    log,
    config: {
      publicUrl: config.publicUrl,
      demo: config.demo,
      mode: config.demo ? 'simulated' : config.smartcar.mode,
      simulatorUrl: config.demo ? `http://127.0.0.1:${config.simulatorPort}/sim` : null,
      connectOrigin: config.smartcar.origins.connect,
      requestLimits: ground.budget,
      missingForV3: ground.grantsOnV2 ? ['SMARTCAR_API_CLIENT_ID', 'SMARTCAR_API_CLIENT_SECRET'] : [],
      signatureHeader,
      dashboardDir: fileURLToPath(new URL('../dist/web', import.meta.url)),
    },
  });
  const address = await server.listen({ host: config.host, port: config.port });
  return { address, close: () => server.close() };
}
