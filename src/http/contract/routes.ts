/** Every call with the schemas that validate it, from which the OpenAPI document is written, and what it needs. */
import type { z } from 'zod';

import * as b from './budget.ts';
import * as c from './commands.ts';
import * as d from './diagnosis.ts';
import { eventRoutes } from './event-routes.ts';
import * as live from './go-live.ts';
import * as i from './incidents.ts';
import * as mk from './makes.ts';
import * as g from './grants.ts';
import * as imp from './imports.ts';
import * as m from './moves.ts';
import * as o from './operations.ts';
import * as own from './owners.ts';
import type { CallName } from './paths.ts';
import * as rec from './reconciliation.ts';
import * as r from './reconnects.ts';
import * as rnt from './rentals.ts';
import { act, below, create, list, one, route } from './route.ts';
import type { Route } from './route.ts';
import { idParam, none } from './shared.ts';
import * as v from './vehicles.ts';

/** By our id, or the booking system's reference. */
const ofRental = <T extends object>(spec: T) => ({ ...spec, params: rnt.rentalParam });

export const routes = {
  getOverview: list('Counts by status, cause, freshness and turn', none, o.overview),
  getMe: list('Who is asking, and which fleets they may see', none, o.me),
  listFleets: list('Fleets of the caller', none, o.fleetList),
  createFleet: create('Makes a fleet (installation administrator)', o.fleetCreate, o.fleet, 'changeSettings'),
  listVehicles: list('Vehicles', v.vehicleQuery, v.vehicleList),
  countVehicles: list('How many vehicles there are', v.vehicleCountQuery, v.vehicleCount),
  createVehicle: create('Adds a vehicle', v.vehicleCreate, v.vehicle, 'changeVehicles'),
  importVehicles: {
    ...create(
      'Previews a list of vehicles from a file; nothing is written until it is applied',
      imp.importFile,
      imp.vehicleImport,
      'changeVehicles',
    ),
    query: imp.importQuery,
    file: { types: ['text/csv', 'text/tab-separated-values', 'text/plain'], largest: imp.largestFile },
  },
  listImports: list('Imports of lists of vehicles', imp.importsQuery, imp.importList),
  getImport: one('One import with its counts', imp.vehicleImport),
  listImportLines: route({
    summary: 'What each line of a file does, or why not',
    params: idParam,
    query: imp.importLineQuery,
    response: imp.importLineList,
    needs: 'changeVehicles',
  }),
  applyImport: act('Writes what was previewed', imp.importApply, imp.vehicleImport, 'changeVehicles'),
  undoImport: act('Takes back what it added and nothing has happened to', none, imp.vehicleImport, 'changeVehicles'),
  discardImport: one('Drops a preview', imp.importDiscarded, 'changeVehicles'),
  getVehicle: one('One vehicle with its connection panel', v.vehicle),
  changeVehicle: act('Changes a vehicle', v.vehicleChange, v.vehicle, 'changeVehicles'),
  connectVehicle: act('A link for the owner, or an e-mail with it', v.connectInput, v.connectLink, 'connect'),
  reconnectVehicle: act('The way that repairs it', v.reconnectInput, v.reconnectResult, 'connect'),
  disconnectVehicle: act(
    'Disconnects, revokes at Smartcar, keeps the record',
    v.disconnectInput,
    v.vehicle,
    'disconnect',
  ),
  checkVehicle: act(
    'Runs the diagnosis now; with Accept: text/event-stream an event `step` for each step and `diagnosis` at the end',
    none,
    d.checkedVehicle,
    'check',
  ),
  sendCommand: {
    ...act('Locks or unlocks; answers as soon as it is written down', c.commandInput, c.command, 'command'),
    status: 202 as const,
  },
  listCommands: below('What was asked of the car, newest first', c.commandList),
  listFleetCommands: list('What was asked of all cars, newest first', c.commandQuery, c.fleetCommandList),
  getCommandSummary: list(
    'How many commands came to what, and how long they took, by make',
    c.commandSummaryQuery,
    c.commandSummary,
  ),
  getCommand: one('One command', c.command),
  cancelCommand: act('Takes back what was not sent yet', none, c.command, 'command'),
  getReadiness: one('Whether the car can be handed to a renter now, and if not, why', rnt.readiness),
  startRental: create(
    'Starts a rental; the same start again answers the rental as it stands',
    rnt.rentalStart,
    rnt.rentalStarted,
    'rent',
  ),
  listRentals: list('Rentals, newest first', rnt.rentalQuery, rnt.rentalList),
  getRental: ofRental(one('One rental', rnt.rental)),
  changeRental: ofRental(act('Prolongs a rental, or names another renter', rnt.rentalChange, rnt.rental, 'rent')),
  endRental: ofRental(
    act('Ends a rental; of a reference not heard of yet, before its start comes', rnt.rentalEnd, rnt.rental, 'rent'),
  ),
  cancelRental: ofRental(act('Says that a rental did not take place', none, rnt.rental, 'rent')),
  keepConnected: ofRental(
    act('Takes back that the car is disconnected when the rental ends', none, rnt.rental, 'disconnect'),
  ),
  linkRenter: ofRental(
    act('The link to the renter’s page; the one that there is until it is taken back', none, rnt.renterLink, 'rent'),
  ),
  takeRenterLinkBack: ofRental(
    act('Takes the renter’s link back: it opens nothing any more', none, rnt.rental, 'rent'),
  ),
  getDiagnosis: one('What is wrong, how sure that is, and what it rests on', d.diagnosis),
  getSupportFile: one("A hand-over for Smartcar's support; text with Accept: text/plain", d.supportFile),
  listSignals: one('Newest readings with their times', v.signalList),
  listTimeline: route({
    summary: 'Everything that happened',
    params: idParam,
    query: o.pageQuery,
    response: v.timeline,
    needs: 'read',
  }),
  getCompatibility: one(
    'What its owner has to know before Connect, and what Smartcar said of its VIN',
    mk.compatibility,
  ),
  checkCompatibility: act('Asks Smartcar by the VIN whether it can be connected', none, mk.compatibility, 'connect'),
  listOwners: list('Owners', v.ownerQuery, v.ownerList),
  createOwner: create('Adds an owner', v.ownerCreate, v.ownerView, 'changeVehicles'),
  getOwner: one('One owner', v.ownerView),
  changeOwner: act('Changes an owner', v.ownerChange, v.ownerView, 'changeVehicles'),
  listOwnerConsents: below('What they agreed to and took back', own.consentList),
  listOwnerNotifications: below('Messages to them', o.notificationList),
  listOwnerRequests: below('What they were asked to repair', own.requestList),
  sendOwnerLink: act('A link to their own page, or an e-mail with it', own.linkInput, v.connectLink, 'connect'),
  exportOwner: act('Everything that is kept about them, without secrets', none, own.ownerFile, 'exportOwner'),
  getErasure: one('What forgetting them would erase, how far it is, and the proof of it', own.erasure),
  eraseOwner: {
    ...act('Forgets them: their cars are disconnected, their data erased', own.eraseInput, own.erasure, 'eraseOwner'),
    status: 202 as const,
  },
  listAlerts: list('Alerts', o.alertQuery, o.alertList),
  getAlert: one('One alert', o.alert),
  acknowledgeAlert: act('Says that somebody looks after it', none, o.alert, 'acknowledge'),
  resolveAlert: act('Closes it by hand', none, o.alert, 'acknowledge'),
  listIncidents: list('Many vehicles that failed together, newest first', i.incidentQuery, i.incidentList),
  getIncident: one('One incident', i.incident),
  endIncident: act('Ends it by hand: owners are asked again', none, i.incident, 'endIncident'),
  listGrants: list(
    'Cars that owners connected and that are no connection: to confirm, or on their way out',
    g.grantQuery,
    g.grantList,
  ),
  getGrant: one('One of them', g.grant),
  confirmGrant: act("It is the vehicle's car: binds it, and ends what the vehicle had", none, g.grant, 'connect'),
  refuseGrant: act('It is another car: deletes it at Smartcar', none, g.grant, 'connect'),
  listMoves: list("Moves from Smartcar's v2 to v3, and what is left on v2", o.pageQuery, m.moveList),
  planMove: create('Looks every car on v2 up on v3; moves them unless it is a dry run', m.movePlan, m.move, 'move'),
  getMove: one('One move with its counts', m.move),
  listMoveVehicles: route({
    summary: 'What became of each car of a move',
    params: idParam,
    query: m.moveVehicleQuery,
    response: m.moveVehicleList,
    needs: 'read',
  }),
  startMove: act('Carries a plan out', none, m.move, 'move'),
  pauseMove: act('Switches no further car', none, m.move, 'move'),
  resumeMove: act('Goes on', none, m.move, 'move'),
  finishMove: act("Makes it final, and erases v2's tokens", none, m.move, 'move'),
  rollBackMove: act('Puts cars back on v2; all of them where none are named', m.rollBack, m.move, 'move'),
  previewReconnects: route({
    summary: 'What would happen if these vehicles were reconnected: who is asked, who is not and why. Changes nothing',
    params: none,
    query: none,
    body: r.reconnectSelection,
    response: r.reconnectPreview,
    needs: 'connect',
  }),
  sendReconnects: create(
    'Sends what a preview showed: one message an owner',
    r.reconnectSend,
    r.reconnectsDetail,
    'connect',
  ),
  listReconnects: list('Many reconnects at once, newest first', o.pageQuery, r.reconnectsList),
  getReconnects: one('One of them with how far its owners came', r.reconnectsDetail),
  listReconnectVehicles: route({
    summary: 'What became of each vehicle',
    params: idParam,
    query: r.reconnectItemQuery,
    response: r.reconnectItemList,
    needs: 'read',
  }),
  pauseReconnects: act('Writes to nobody for now', none, r.reconnectsDetail, 'connect'),
  resumeReconnects: act('Goes on', none, r.reconnectsDetail, 'connect'),
  cancelReconnects: act('Takes back what had no turn yet', none, r.reconnectsDetail, 'connect'),
  listNotifications: list('Messages to owners', o.notificationQuery, o.notificationList),
  getNotification: one('One message', o.notification),
  listMailbox: list("The demo's mailbox", o.pageQuery, o.mailList),
  listWebhookEvents: list('What Smartcar sent', o.webhookEventQuery, o.webhookEventList),
  getWebhookEvent: one('One event from Smartcar', o.webhookEvent),
  getReconciliation: list(
    "When Smartcar's lists were last compared with ours, and what it sends by itself",
    none,
    rec.reconciliation,
  ),
  startReconciliation: route({
    summary: "Compares Smartcar's list with ours now (installation administrator)",
    params: none,
    query: none,
    body: none,
    response: rec.reconciliation,
    needs: 'changeSettings',
  }),
  listDrifts: list('What the comparisons found', rec.driftQuery, rec.driftList),
  listAdoptable: list(
    'Connections that no fleet has (installation administrator)',
    rec.adoptableQuery,
    rec.adoptableList,
    'changeSettings',
  ),
  adopt: create(
    'Makes vehicles of connections that no fleet has (installation administrator)',
    rec.adoptionWishes,
    rec.adopted,
    'changeSettings',
  ),
  getGoLive: list(
    'What is missing before real cars can be managed (installation administrator)',
    none,
    live.goLive,
    'changeSettings',
  ),
  checkGoLive: route({
    summary: 'Asks Smartcar, the mail server and our own public address now (installation administrator)',
    params: none,
    query: none,
    body: none,
    response: live.goLive,
    needs: 'changeSettings',
  }),
  sendTestMessage: route({
    summary: "Sends a message to the caller's own address (installation administrator)",
    params: none,
    query: none,
    body: none,
    response: live.testMessageSent,
    needs: 'changeSettings',
  }),
  ...eventRoutes,
  listApiKeys: list('Keys of programs', none, o.apiKeyList, 'manageKeys'),
  createApiKey: create('Makes a key; it is shown once', o.apiKeyCreate, o.apiKeyCreated, 'manageKeys'),
  revokeApiKey: one('Ends a key', o.apiKey, 'manageKeys'),
  listAudit: list('Who did what', o.pageQuery, o.auditList, 'readAudit'),
  listMakes: list('What is known of makes, and what the fleet has set otherwise', none, mk.makeList),
  changeMake: act(
    'Sets the numbers of a make; what is not named holds as documented',
    mk.makeChange,
    mk.make,
    'changeSettings',
  ),
  getBudget: list('Requests to Smartcar: used, left, expected, and what waits', none, b.budget),
  getPlan: list("The fleet's plan", none, b.plan),
  changePlan: route({
    summary: 'Changes how often vehicles are read, and what that may cost',
    params: none,
    query: none,
    body: b.planChange,
    response: b.plan,
    needs: 'changePlan',
  }),
  getSettings: list("The fleet's settings", none, o.settings),
  changeSettings: route({
    summary: 'Changes settings',
    params: none,
    query: none,
    body: o.settingsChange,
    response: o.settings,
    needs: 'changeSettings',
  }),
} as const satisfies Record<CallName, Route>;

export type Routes = typeof routes;
/** What a call answers with, once validated. */
export type Answer<N extends CallName> = z.infer<Routes[N]['response']>;
/** What a call takes as its query, before defaults. */
export type Query<N extends CallName> = z.input<Routes[N]['query']>;
/** What a call takes as its body, before defaults. */
export type Body<N extends CallName> = Routes[N] extends { body: infer B extends z.ZodType } ? z.input<B> : undefined;
