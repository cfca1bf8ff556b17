/** What a caller did wrong: one table of codes, each with its status and the sentence that says the remedy. */

export const refusals = {
  not_found: { status: 404, title: 'There is nothing here under this id. Check the id, and the fleet you are in.' },
  not_signed_in: { status: 401, title: 'Sign in, or send an API key as "Authorization: Bearer …".' },
  not_allowed: { status: 403, title: 'Your role does not allow this. Ask an administrator of the fleet.' },
  wrong_origin: { status: 403, title: 'This request came from another site and was not carried out.' },
  invalid_input: { status: 400, title: 'Something in the request does not fit. See "errors" for each field.' },
  invalid_cursor: { status: 400, title: 'This cursor is not one of ours. Start again without a cursor.' },
  too_large: { status: 413, title: 'The request is larger than is accepted here.' },
  too_many_requests: { status: 429, title: 'Too many requests. Wait for the seconds named in Retry-After.' },
  file_unreadable: { status: 400, title: 'This file can not be read as a list of vehicles. See "detail".' },
  unsupported_media_type: { status: 415, title: 'Send JSON, with Content-Type: application/json.' },
  idempotency_conflict: { status: 409, title: 'This Idempotency-Key was used for another request. Use a new key.' },
  already_connected: { status: 409, title: 'This vehicle is connected already. Disconnect it first, or reconnect it.' },
  not_connected: { status: 409, title: 'This vehicle is not connected. Connect it first.' },
  nothing_to_repair: { status: 409, title: 'The connection is active; there is nothing to repair.' },
  already_disconnected: { status: 409, title: 'This connection is disconnected already.' },
  number_taken: { status: 409, title: 'Another vehicle of this fleet has this number. Choose another one.' },
  vin_taken: { status: 409, title: 'Another vehicle of this fleet has this VIN. Check the VIN.' },
  email_taken: { status: 409, title: 'Another owner of this fleet has this address. Use that owner.' },
  owner_erased: {
    status: 409,
    title: 'This owner asked to be forgotten. Add them again as a new owner if they come back.',
  },
  name_mismatch: { status: 409, title: 'This is not the name that is kept here. Type it as it is shown.' },
  owner_missing: { status: 409, title: 'The vehicle has no owner with an e-mail address. Add one first.' },
  connect_needs_app: {
    status: 409,
    title:
      "Owners of this make sign in only in an app with Smartcar's mobile SDK, so a mailed link can not connect it. Let the owner connect in your own app and adopt the connection, or open the link together and see how far it goes.",
  },
  commands_need_app: {
    status: 409,
    title:
      "Owners of this make allow lock and unlock only in an app with Smartcar's mobile SDK, so a mailed link can not connect it. Let the owner connect in your own app and adopt the connection, or open the link together and see how far it goes.",
  },
  vin_missing: { status: 409, title: 'The vehicle has no VIN to ask about. Add it first.' },
  compatibility_closed: {
    status: 409,
    title: "Only Smartcar's v2 answers this, and there is no secret for it. Set SMARTCAR_CLIENT_SECRET first.",
  },
  grant_held: {
    status: 409,
    title: 'The fleet is checking that this is your car. There is nothing you need to do until it has.',
  },
  grant_decided: { status: 409, title: 'This was decided already.' },
  grant_gone: {
    status: 409,
    title: 'Smartcar does not list this grant any more. Ask the owner to connect the car again.',
  },
  reconnect_first: {
    status: 409,
    title: 'The connection does not work. Reconnect the car first; then lock or unlock it.',
  },
  move_first: {
    status: 409,
    title: "This car is still on Smartcar's v2, where Towline sends no commands. Move it to v3 first.",
  },
  lock_not_granted: {
    status: 409,
    title: 'The owner has not allowed locking and unlocking. Reconnect the car to ask for it.',
  },
  command_in_progress: {
    status: 409,
    title: 'Another command for this car is under way. Wait until it has ended, or cancel it while it is queued.',
  },
  rental_active: {
    status: 409,
    title:
      'The car is in a rental. End that rental first; to disconnect the car, ask for it to happen when the rental ends.',
  },
  no_rental: { status: 409, title: 'The car is in no rental.' },
  owner_stopped: {
    status: 409,
    title:
      'The owner has stopped sharing this car; it ends with this rental. Ask them to connect it again afterwards, if they changed their mind.',
  },
  rental_over: { status: 409, title: 'This rental has ended already, and not in this way. Nothing was changed.' },
  reference_taken: { status: 409, title: 'Another car’s rental has this reference. Use the reference of this one.' },
  command_left: { status: 409, title: 'This command has left already, and can not be taken back.' },
  alert_closed: { status: 409, title: 'This alert is resolved already.' },
  incident_closed: { status: 409, title: 'This incident is over already.' },
  move_needs_v3: {
    status: 409,
    title:
      "There are no credentials for Smartcar's v3. Set SMARTCAR_API_CLIENT_ID and SMARTCAR_API_CLIENT_SECRET first.",
  },
  mail_missing: { status: 409, title: 'No mail server is set. Set SMTP_URL and MAIL_FROM, and start Towline again.' },
  move_underway: { status: 409, title: 'A move is under way already. Finish it or roll it back first.' },
  move_closed: { status: 409, title: 'This move is over. Plan a new one.' },
  move_not_now: { status: 409, title: 'A move in this state can not be changed so. Look at its state.' },
  too_many_vehicles: { status: 400, title: 'At most 10,000 vehicles can be reconnected at once. Choose fewer.' },
  preview_unknown: { status: 400, title: "This preview is not one of this fleet's. Make a new one." },
  preview_expired: { status: 409, title: 'This preview is older than half an hour. Make a new one.' },
  nothing_to_send: {
    status: 409,
    title: 'None of these vehicles can be reconnected now. The preview says why for each.',
  },
  reconnects_over: { status: 409, title: 'This is over already. Choose vehicles and send anew.' },
  reconnects_not_now: { status: 409, title: 'This can not be done in its present state. Look at the state.' },
  import_not_previewed: { status: 409, title: 'What was previewed is something else. Look at the preview again.' },
  import_not_now: { status: 409, title: 'An import in this state can not be changed so. Look at its state.' },
  plan_beyond_contract: {
    status: 409,
    title:
      'These requests are more than the contract with Smartcar allows in a month. Choose fewer for each vehicle, or raise SMARTCAR_REQUESTS_PER_MONTH with the contract.',
  },
  endpoint_address: {
    status: 400,
    title:
      'Events are sent to an https:// address on the internet, without a user name or a fragment. TOWLINE_EVENTS_ALLOW_PRIVATE=true lets the whole installation send into its own network.',
  },
  too_many_endpoints: { status: 409, title: 'A fleet has at most 20 endpoints. Delete one first.' },
  endpoint_disabled: { status: 409, title: 'This endpoint is disabled, and nothing is sent to it. Enable it first.' },
  too_many_events: {
    status: 400,
    title: 'At most 10,000 events can be sent again at once. Choose a later time, or fewer types.',
  },
  link_unknown: { status: 404, title: 'This link is not known. Ask the fleet for a new one.' },
  link_expired: { status: 410, title: 'This link has expired. Ask the fleet for a new one.' },
  link_early: { status: 403, title: 'This rental has not begun yet. Open the link again when it has.' },
  press_late: { status: 409, title: 'This came more than half a minute after it was pressed, and was not sent.' },
  link_used: {
    status: 410,
    title: 'This link was used already. Ask the fleet for a new one if something is still open.',
  },
  link_ended: { status: 410, title: 'The fleet has ended this connection since. Ask the fleet for a new link.' },
  session_unknown: { status: 400, title: 'We do not know this sign-in. Start again from your link.' },
  session_expired: { status: 410, title: 'This sign-in took too long. Start again from your link.' },
  database_unavailable: { status: 503, title: 'The database can not be reached. Try again in a moment.' },
  smartcar_unavailable: { status: 503, title: 'Smartcar can not be reached. Try again in a moment.' },
} as const satisfies Record<string, { status: number; title: string }>;

export type RefusalCode = keyof typeof refusals;

/** Thrown where a caller did wrong; turned into problem+json at the border. Never logged as a fault. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: RefusalCode;
  /** Says more about this one case; shown to the caller. */
  readonly detail: string | null;

  constructor(code: RefusalCode, detail: string | null = null) {
    super(detail ?? refusals[code].title);
    this.code = code;
    this.detail = detail;
  }
}
