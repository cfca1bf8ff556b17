/**
 * What each table knows of a person, and what becomes of it when an owner is forgotten. A table that is not here fails a
 * test: whoever adds one says whether it can name an owner, and if so, takes it away in src/store/forget-owner.ts.
 */

type Holding =
  /** Holds nothing by which an owner can be told. */
  | { holds: 'nothing'; because: string }
  /** Holds something of an owner, which is taken away; the row may stay. */
  | { holds: 'traces'; gone: string };

const nothing = (because: string): Holding => ({ holds: 'nothing', because });
const traces = (gone: string): Holding => ({ holds: 'traces', gone });

export const personalTables: Readonly<Record<string, Holding>> = {
  alert: traces('what mail servers said of an address, and which other car was chosen'),
  api_key: nothing('programs of the fleet'),
  application_token: nothing('the installation’s'),
  audit: traces('the name of who acted'),
  auth_account: nothing('operators, who sign in'),
  auth_rate_limit: nothing('operators, who sign in'),
  auth_session: nothing('operators, who sign in'),
  auth_user: nothing('operators, who sign in'),
  auth_verification: nothing('operators, who sign in'),
  command: nothing('what was asked of a car, and which operator or program asked'),
  compatibility_check: nothing('a car by its VIN, and which operator asked'),
  connect_session: traces('who went through Connect, what was claimed, and why it was refused'),
  connection: traces('Smartcar’s id of the account, once nothing is left to be ended there'),
  connection_due: nothing('a connection that has ended has no line'),
  consent: traces('who agreed, and by which account at Smartcar'),
  drift: nothing('names of permissions'),
  erasure: nothing('kinds and numbers, and which operator asked'),
  event: nothing('ids, statuses and causes, and what kind of actor caused it'),
  event_delivery: nothing('what a system of the fleet’s own answered'),
  event_endpoint: nothing('an address of the fleet’s own, and which operator added it'),
  fleet: nothing('plan and settings'),
  go_live_check: nothing('what Smartcar said of the application, and which operator asked'),
  idempotency: nothing('sealed answers, dropped after a day; nobody can tell whose'),
  incident: nothing('makes, regions and numbers'),
  incident_vehicle: nothing('which car failed with others, and when'),
  import_line: traces('the whole row, with every list that was imported by then'),
  link: traces('the whole row'),
  loose_grant: traces('Smartcar’s ids of the account and the VIN of what they came back with'),
  mailbox_message: traces('the whole row'),
  make_pause: nothing('makes'),
  member: nothing('operators'),
  move: nothing('operators who planned and started it'),
  move_vehicle: nothing('permissions and ids of connections'),
  notification: traces('what it said, and what mail servers answered'),
  owner: traces('name, address, phone, language, time zone and country'),
  reading: traces('every row of their time'),
  reading_retention: nothing('a day'),
  reauthentication_request: nothing('times of a request, about an owner who is nobody by then'),
  reconciliation: nothing('the installation’s'),
  reconnect_batch: nothing('what was chosen, and which operator sent it'),
  reconnect_item: nothing('that an owner, who is nobody by then, was asked'),
  rental: traces('where their cars stood when rentals began and ended; the renter’s name is erased in its own time'),
  request_bucket: nothing('the installation’s'),
  request_day: nothing('numbers a day'),
  request_usage: nothing('numbers a day'),
  request_connection: nothing('times and causes'),
  revocation: nothing('tries, and what Smartcar answered'),
  sighting: nothing('two times'),
  timeline: traces('the name of who acted'),
  token_set: traces('the tokens, once they are used no more, and Smartcar’s id of the account'),
  towline_migrations: nothing('the schema’s own'),
  trouble_hour: nothing('numbers an hour'),
  unknown_connection: nothing('what Smartcar lists and no fleet has'),
  vehicle: traces('whose it is; number, plate and VIN are the car’s, and stay'),
  vehicle_import: traces('the whole row, as with its lines'),
  vehicle_check: traces('checks of their time'),
  vehicle_readiness: nothing('whether a car could be rented out'),
  vehicle_state: traces('newest values of their time'),
  webhook_inbox: traces('deliveries of their time'),
  webhook_pulse: nothing('numbers a day'),
  webhook_refused: nothing('numbers a minute'),
  webhook_seen: nothing('ids of events'),
  wording: nothing('sentences that name no person'),
};
