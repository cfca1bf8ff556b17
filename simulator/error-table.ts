/* eslint-disable max-lines -- a table: one row for each published error */
/**
 * Smartcar's published errors: status, resolution and wording by type and code.
 *
 * @see docs/smartcar.md §4.2, §4.3
 */

export interface ErrorRow {
  type: string;
  code: string | null;
  status: number;
  resolution: string | null;
  description: string;
  suggestedUserMessage: string | null;
}

const patience =
  'Your car is temporarily unable to connect to <app name>. Please be patient while we’re working to resolve this issue.';
const disconnected =
  'Your car got disconnected from <app name>. Please use this link to re-connect your car: <link to Smartcar Connect>.';
const lapsed =
  'Your car’s connected services subscription has either expired or it doesn’t support the necessary features to connect to <app name>. Please activate your subscription or contact us to upgrade your subscription.';

type Line = [
  type: string,
  code: string | null,
  status: number,
  resolution: string | null,
  description: string,
  message?: string,
];

const lines: Line[] = [
  [
    'AUTHENTICATION',
    null,
    401,
    null,
    'The authorization header is missing or malformed, or it contains invalid or expired authentication credentials. Please check for missing parameters, spelling and casing mistakes, and other syntax issues.',
  ],
  [
    'AUTHENTICATION',
    'UNAUTHORIZED',
    401,
    null,
    'The authorization header is missing or malformed, or it contains invalid or expired authentication credentials.',
  ],
  ['AUTHENTICATION', 'ACCESS_DENIED', 403, null, 'Access to the requested resource is denied.'],
  [
    'BILLING',
    'VEHICLE_LIMIT',
    430,
    'CONTACT_SUPPORT',
    'You’ve reached the limit of vehicles in your plan. Please upgrade to unlock access to more vehicles.',
  ],
  [
    'BILLING',
    'INVALID_PLAN',
    430,
    'CONTACT_SUPPORT',
    'The feature you are trying to use is not included in your current pricing plan. Please visit our pricing page to learn more about our plans and features.',
  ],
  [
    'BILLING',
    'VEHICLE_REQUEST_LIMIT',
    430,
    'CONTACT_SUPPORT',
    'You have exceeded the number of API requests that are allowed for this vehicle in the current billing period. Please log into the Smartcar dashboard and visit the Billing tab to learn more.',
  ],
  [
    'BILLING',
    'ACCOUNT_SUSPENDED',
    430,
    'FINANCE',
    'Your Smartcar account is past due and has been suspended. Please reach out to our finance team to resolve this issue.',
  ],
  [
    'COMPATIBILITY',
    'MAKE_NOT_COMPATIBLE',
    501,
    null,
    'Smartcar is not yet compatible with this vehicle’s make in the country you specified.',
  ],
  ['COMPATIBILITY', 'SMARTCAR_NOT_CAPABLE', 501, null, 'Smartcar does not yet support this feature for this vehicle.'],
  ['COMPATIBILITY', 'VEHICLE_NOT_CAPABLE', 501, null, 'The vehicle is incapable of performing your request.'],
  [
    'COMPATIBILITY',
    'PLATFORM_NOT_CAPABLE',
    501,
    'REAUTHENTICATE',
    "You're connected to the vehicle using an OEM integration that does not support this endpoint.",
  ],
  [
    'CONNECTED_SERVICES_ACCOUNT',
    'ACCOUNT_ISSUE',
    400,
    null,
    'Action needed in the user’s connected services account. Please prompt the user to log into their connected services account and complete any outstanding tasks.',
    'Action required in your connected services account. Please log into your connected services app or web portal and complete any outstanding tasks (e.g. finish activating your account or accept the Terms of Service).',
  ],
  [
    'CONNECTED_SERVICES_ACCOUNT',
    'AUTHENTICATION_FAILED',
    400,
    'REAUTHENTICATE',
    'Smartcar was unable to authenticate with the user’s connected services account. Please prompt the user to re-authenticate using Smartcar Connect.',
    disconnected,
  ],
  [
    'CONNECTED_SERVICES_ACCOUNT',
    'NO_VEHICLES',
    400,
    null,
    'No vehicles found in the user’s connected services account. Please prompt the user to add their vehicle to their connected services account and re-authenticate using Smartcar Connect.',
    disconnected,
  ],
  [
    'CONNECTED_SERVICES_ACCOUNT',
    'PERMISSION',
    400,
    'REAUTHENTICATE',
    'The vehicle owner has revoked Smartcar’s access to their OEM account.',
  ],
  [
    'CONNECTED_SERVICES_ACCOUNT',
    'SUBSCRIPTION',
    400,
    null,
    'The vehicle’s connected services subscription is inactive or does not support the requested API endpoint.',
    lapsed,
  ],
  [
    'CONNECTED_SERVICES_ACCOUNT',
    'VEHICLE_MISSING',
    400,
    null,
    "This vehicle is no longer associated with the user's connected services account. Please prompt the user to re-add the vehicle to their account.",
    lapsed,
  ],
  [
    'CONNECTED_SERVICES_ACCOUNT',
    'VIRTUAL_KEY_REQUIRED',
    400,
    'ACTION_REQUIRED',
    'The vehicle owner needs to grant additional access to Smartcar in order to perform this request.',
    'In order to perform this request you’ll need to add a Third-Party Virtual key to your vehicle. Please open this link on the phone with your Tesla App to complete this step.',
  ],
  [
    'PERMISSION',
    null,
    403,
    'REAUTHENTICATE',
    'Your application has insufficient permissions to access the requested resource. Please prompt the user to re-authenticate using Smartcar Connect.',
  ],
  [
    'RATE_LIMIT',
    'SMARTCAR_API',
    429,
    'RETRY_LATER',
    'Your application has exceeded its rate limit. Please retry your request in a few minutes.',
    patience,
  ],
  [
    'RATE_LIMIT',
    'VEHICLE',
    429,
    'RETRY_LATER',
    'You have reached the throttling rate limit for this vehicle. Please see the retry-after header for when to retry the request.',
    patience,
  ],
  [
    'RESOURCE_NOT_FOUND',
    'PATH',
    404,
    null,
    'The requested resource does not exist. Please check the URL and try again.',
    patience,
  ],
  [
    'RESOURCE_NOT_FOUND',
    'VERSION',
    404,
    null,
    'The requested resource does not exist. Please check your specified version number and try again.',
    patience,
  ],
  ['RESOURCE_NOT_FOUND', 'VEHICLE_NOT_FOUND', 404, null, 'The requested vehicle does not exist.'],
  ['RESOURCE_NOT_FOUND', 'INVALID_PATH', 404, null, 'The requested resource does not exist.'],
  [
    'SERVER',
    'INTERNAL',
    500,
    'RETRY_LATER',
    'An internal Smartcar error has occurred. Our team has been notified and is working to resolve this issue.',
    patience,
  ],
  [
    'SERVER',
    'RECORD_NOT_FOUND',
    500,
    'CONTACT_SUPPORT',
    'Smartcar was unable to locate a battery capacity record for this vehicle.',
  ],
  [
    'SERVER',
    'MULTIPLE_RECORDS_FOUND',
    500,
    'CONTACT_SUPPORT',
    'Smartcar found multiple battery capacity records for this vehicle.',
  ],
  [
    'UPSTREAM',
    'INVALID_DATA',
    502,
    'RETRY_LATER',
    'Smartcar received invalid data from an upstream source. Please retry your request at a later time.',
    patience,
  ],
  [
    'UPSTREAM',
    'KNOWN_ISSUE',
    502,
    'RETRY_LATER',
    'Smartcar received an error from an upstream source. Please retry your request at a later time.',
    patience,
  ],
  [
    'UPSTREAM',
    'NO_RESPONSE',
    502,
    'RETRY_LATER',
    'One of Smartcar’s upstream sources failed to respond. Please retry your request at a later time.',
    patience,
  ],
  [
    'UPSTREAM',
    'RATE_LIMIT',
    502,
    'RETRY_LATER',
    'One of Smartcar’s upstream sources failed to respond. Please retry your request at a later time.',
    patience,
  ],
  [
    'UPSTREAM',
    'UNKNOWN_ISSUE',
    502,
    'RETRY_LATER',
    'Smartcar received an unknown error from an upstream source. Please retry your request at a later time and contact us if the issue persists.',
    patience,
  ],
  [
    'VALIDATION',
    null,
    400,
    null,
    'Request invalid or malformed. Please check for missing parameters, spelling and casing mistakes, and other syntax issues.',
    patience,
  ],
  [
    'VALIDATION',
    'PARAMETER',
    400,
    null,
    'Your request is formatted correctly, but one or more of the provided parameters is incorrect.',
    patience,
  ],
  ['VALIDATION', 'MISSING_PARAMETER', 400, null, 'A required parameter is missing.'],
  ['VALIDATION', 'INVALID_INPUT_FORMAT', 400, null, 'The format of the request is invalid.'],
  [
    'VEHICLE_STATE',
    'ASLEEP',
    409,
    null,
    'The vehicle is in a sleep state and temporarily unable to perform your request.',
    'Your vehicle is in a sleep state. This request was not sent to preserve battery life. ',
  ],
  [
    'VEHICLE_STATE',
    'CHARGING_IN_PROGRESS',
    409,
    null,
    'The vehicle is currently charging and unable to perform your request.',
    'Your vehicle is already charging.',
  ],
  [
    'VEHICLE_STATE',
    'CHARGING_PLUG_CONNECTED',
    409,
    null,
    'The vehicle is connected to an EV charger and unable to perform your request.',
    'We’re unable to issue the command because the vehicle is currently plugged in.',
  ],
  [
    'VEHICLE_STATE',
    'CHARGING_PLUG_NOT_CONNECTED',
    409,
    null,
    'The vehicle is not connected to an EV charger and unable to perform your request.',
    'Your vehicle is not plugged in.',
  ],
  [
    'VEHICLE_STATE',
    'DOOR_OPEN',
    409,
    null,
    'The vehicle could not perform your request because one or more of its doors are open.',
    'Your vehicle was unable to lock. Please ensure that all doors and the trunk are fully closed.',
  ],
  [
    'VEHICLE_STATE',
    'FULLY_CHARGED',
    409,
    null,
    'The vehicle is unable to perform your request because its EV battery is fully charged.',
    'Your vehicle is already fully charged.',
  ],
  [
    'VEHICLE_STATE',
    'NOT_CHARGING',
    409,
    null,
    'The vehicle is unable to perform your request because it is not currently charging.',
    'Please ensure that you have plugged an EV charger into your car’s charge port and the vehicle is charging.',
  ],
  [
    'VEHICLE_STATE',
    'CHARGE_FAULT',
    409,
    null,
    'The vehicle is connected to an EV charger but cannot perform the request because 1) the charger is not providing any current, or 2) there is a conflict with another charging schedule.',
    "Your vehicle is unable to start or stop charging because of a conflict with the vehicle's charging schedule.",
  ],
  [
    'VEHICLE_STATE',
    'HOOD_OPEN',
    409,
    null,
    'The vehicle is unable to perform your request because its hood is open.',
    "Your vehicle was unable to lock. Please ensure that the vehicle's hood is fully closed.",
  ],
  [
    'VEHICLE_STATE',
    'IGNITION_ON',
    409,
    null,
    'The vehicle was unable to perform your request because its engine is running.',
    'Your vehicle is currently running.',
  ],
  [
    'VEHICLE_STATE',
    'IN_MOTION',
    409,
    null,
    'The vehicle is currently in motion and unable to perform your request.',
    'Your vehicle is unable to perform the request while in motion.',
  ],
  [
    'VEHICLE_STATE',
    'REMOTE_ACCESS_DISABLED',
    409,
    null,
    'The vehicle is unable to perform your request because the user has disabled remote access for connected services.',
    'Your vehicle is unable to perform the request as remote access is disabled or unavailable.',
  ],
  [
    'VEHICLE_STATE',
    'TRUNK_OPEN',
    409,
    null,
    'The vehicle is unable to perform your request because its trunk is open.',
    'Your vehicle was unable to open the trunk because it is already open.',
  ],
  [
    'VEHICLE_STATE',
    'UNKNOWN',
    409,
    'RETRY_LATER',
    'The vehicle was unable to perform your request due to an unknown issue.',
    'Your vehicle is temporarily unable to connect due to an unknown issue. Please be patient while we’re working to resolve this issue.',
  ],
  [
    'VEHICLE_STATE',
    'UNREACHABLE',
    409,
    null,
    'The vehicle was unable to perform your request because it is currently unreachable.',
    'Your vehicle is currently unreachable. Ensure the vehicle has adequate mobile coverage.',
  ],
  [
    'VEHICLE_STATE',
    'VEHICLE_OFFLINE_FOR_SERVICE',
    409,
    null,
    'The vehicle was unable to perform your request because it is currently in service mode.',
    'Your vehicle is in service mode and temporarily unable to perform this task.',
  ],
  [
    'VEHICLE_STATE',
    'LOW_BATTERY',
    409,
    'RETRY_LATER',
    'The vehicle was unable to perform your request because the 12v or high voltage battery is too low.',
    'Your vehicle battery is too low to perform this task.',
  ],
];

const table = new Map<string, ErrorRow>(
  lines.map(([type, code, status, resolution, description, message]) => [
    errorKey(type, code),
    { type, code, status, resolution, description, suggestedUserMessage: message ?? null },
  ]),
);

/** Every published error, in the order of the dossier. */
export const errorRows: readonly ErrorRow[] = [...table.values()];

/** `TYPE:CODE`, with `null` for no code. */
export function errorKey(type: string, code: string | null): string {
  return `${type}:${code ?? 'null'}`;
}

/** The row of an error, or null when Smartcar publishes no such error. */
export function errorRow(type: string, code: string | null): ErrorRow | null {
  return table.get(errorKey(type, code)) ?? null;
}

/** The page about an error, as Smartcar links it. */
export function errorDocUrl(type: string, code: string | null): string {
  const slug = (text: string): string => text.toLowerCase().replaceAll('_', '-');
  const page = type === 'RESOURCE_NOT_FOUND' ? 'resource' : slug(type);
  return `https://smartcar.com/docs/errors/api-errors/${page}-errors#${code === null ? 'null' : slug(code)}`;
}
