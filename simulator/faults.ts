/** What can go wrong on purpose: the kinds of fault, whom they touch, and the error that follows. */
import { z } from 'zod';
import { chance } from './random.ts';
import { errorRow } from './error-table.ts';
import type { Car } from './seed/fleet.ts';

const errorName = { type: z.string(), code: z.string().nullable() };

/** A fault as a program asks for it. `error` reaches every row of the error table. */
export const faultRequest = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('asleep'),
    hours: z.number().min(0).max(2000).default(0),
    isSilent: z.boolean().default(false),
  }),
  z.strictObject({ kind: z.literal('unreachable') }),
  z.strictObject({ kind: z.literal('password-changed'), password: z.string().min(1).max(200).optional() }),
  z.strictObject({ kind: z.literal('signed-out') }),
  z.strictObject({ kind: z.literal('access-revoked') }),
  z.strictObject({ kind: z.literal('car-removed') }),
  z.strictObject({ kind: z.literal('subscription-lapsed') }),
  z.strictObject({ kind: z.literal('account-issue') }),
  z.strictObject({ kind: z.literal('virtual-key-required') }),
  z.strictObject({ kind: z.literal('permission-missing'), permission: z.string().min(1) }),
  z.strictObject({
    kind: z.literal('error'),
    ...errorName,
    signals: z.array(z.string()).min(1).optional(),
    keepsBody: z.boolean().default(true),
    isWholeRequest: z.boolean().optional(),
  }),
  z.strictObject({
    kind: z.literal('outage'),
    code: z.string().default('NO_RESPONSE'),
    share: z.number().min(0).max(1).default(1),
  }),
  z.strictObject({ kind: z.literal('rate-limit'), retryAfterS: z.number().int().min(1).max(86_400).default(900) }),
  z.strictObject({ kind: z.literal('slow'), delayMs: z.number().int().min(1).max(300_000).default(3_000) }),
  z.strictObject({ kind: z.literal('truncated') }),
  z.strictObject({ kind: z.literal('hang-up') }),
  z.strictObject({ kind: z.literal('garbage'), status: z.union([z.literal(200), z.literal(502)]).default(502) }),
  z.strictObject({ kind: z.literal('empty-store') }),
  z.strictObject({ kind: z.literal('not-found') }),
  z.strictObject({ kind: z.literal('refresh-answer-lost') }),
  z.strictObject({ kind: z.literal('lock-ignored') }),
  z.strictObject({ kind: z.literal('lock-late'), delayS: z.number().min(1).max(86_400).default(300) }),
  z.strictObject({ kind: z.literal('answer-lost') }),
  z.strictObject({ kind: z.literal('door-open') }),
]);

export type FaultRequest = z.infer<typeof faultRequest>;
export type FaultKind = FaultRequest['kind'];

/** Whom a fault touches: one car, one manufacturer's account, one make, or everyone. */
export type Scope = { vin: string } | { email: string } | { make: string } | 'all';

export interface Fault {
  id: string;
  scope: Scope;
  /** Epoch milliseconds. */
  since: number;
  what: FaultRequest;
}

/** An error that a car answers with instead of a value. */
export interface Problem {
  type: string;
  code: string | null;
  /** Null: every signal that isn't static. */
  signals: readonly string[] | null;
  /** Whether the last good value stays beside the error. */
  keepsBody: boolean;
  /** The request itself fails, at once and without a look at the store. */
  isWholeRequest: boolean;
}

/** These belong to the owner's account, so all its cars have them. */
export const accountKinds: ReadonlySet<FaultKind> = new Set([
  'password-changed',
  'signed-out',
  'access-revoked',
  'account-issue',
]);

/** Signing in again repairs these. */
export const repairedBySigningIn: ReadonlySet<FaultKind> = new Set([
  'password-changed',
  'signed-out',
  'access-revoked',
]);

const account = 'CONNECTED_SERVICES_ACCOUNT';
const fixed: Partial<Record<FaultKind, [type: string, code: string]>> = {
  unreachable: ['VEHICLE_STATE', 'UNREACHABLE'],
  'password-changed': [account, 'AUTHENTICATION_FAILED'],
  'signed-out': [account, 'AUTHENTICATION_FAILED'],
  'access-revoked': [account, 'PERMISSION'],
  'car-removed': [account, 'VEHICLE_MISSING'],
  'subscription-lapsed': [account, 'SUBSCRIPTION'],
  'account-issue': [account, 'ACCOUNT_ISSUE'],
};

/** Whether the fault touches this car, as one of this account. */
export function touches(fault: Fault, car: Pick<Car, 'vin' | 'email' | 'make'>): boolean {
  const { scope } = fault;
  if (scope === 'all') return true;
  if ('vin' in scope) return scope.vin === car.vin;
  if ('email' in scope) return scope.email === car.email;
  const share = fault.what.kind === 'outage' ? fault.what.share : 1;
  return scope.make === car.make.make && chance(car.vin, fault.id) < share;
}

/** What a fault makes a car answer when its data are fetched; null when it fails in another way. */
export function problemOf(fault: Fault): Problem | null {
  const { what } = fault;
  const known = fixed[what.kind];
  if (known !== undefined) return wholeCar(known[0], known[1]);
  if (what.kind === 'asleep') return what.isSilent ? null : wholeCar('VEHICLE_STATE', 'ASLEEP');
  if (what.kind === 'outage') return wholeCar('UPSTREAM', what.code);
  if (what.kind !== 'error') return null;
  const { type, code, signals, keepsBody } = what;
  const isWholeRequest = what.isWholeRequest ?? (signals === undefined && failsWholeRequests(type));
  return { type, code, signals: signals ?? null, keepsBody, isWholeRequest };
}

/** The error of a car that belongs to a test account. */
export function wholeCar(type: string, code: string | null): Problem {
  return { type, code, signals: null, keepsBody: true, isWholeRequest: false };
}

/** The sentence that says what is wrong with a wish for a fault, or null. */
export function objectionTo(what: FaultRequest, scope: Scope): string | null {
  if (what.kind === 'error' && errorRow(what.type, what.code) === null) {
    return `There is no error ${what.type}:${what.code ?? 'null'} in Smartcar's table; GET /sim/api/errors lists them.`;
  }
  if (what.kind === 'outage' && errorRow('UPSTREAM', what.code) === null) return `UPSTREAM has no code ${what.code}.`;
  if (what.kind === 'outage' && (scope === 'all' || !('make' in scope)))
    return 'An outage belongs to a make: POST /sim/api/makes/{make}/outage.';
  if (accountKinds.has(what.kind) && (scope === 'all' || 'make' in scope))
    return `A fault of kind ${what.kind} belongs to a car or its owner's account.`;
  return null;
}

function failsWholeRequests(type: string): boolean {
  return ['AUTHENTICATION', 'BILLING', 'RATE_LIMIT', 'RESOURCE_NOT_FOUND', 'SERVER', 'VALIDATION'].includes(type);
}
