/** The small pieces that Smartcar's bodies are made of, each read tolerantly. */
import { z } from 'zod';
import type { SignalCode } from '../domain/signal.ts';
import { powertrains } from '../domain/vehicle.ts';

/** Opaque, but it goes into headers and paths: visible ASCII, and never a step up a path. */
export const opaqueId = z
  .string()
  .regex(/^[\x21-\x7E]{1,200}$/)
  .refine((id) => id !== '.' && id !== '..');

/** A constant such as a type, a code or a state; anything else than a short word is no such thing. */
export const constant = z
  .string()
  .regex(/^[\w.:-]{1,100}$/)
  .nullish()
  .catch(null)
  .transform((word) => word ?? null);

/** Text before it is trimmed: what is trimmed off a longer one would be kept in memory with the rest of it. */
export const longestUntrimmed = 2_000;

export const label = z
  .string()
  .max(longestUntrimmed)
  .trim()
  .min(1)
  .max(200)
  .nullish()
  .catch(null)
  .transform((text) => text ?? null);

export const optionalId = opaqueId
  .nullish()
  .catch(null)
  .transform((id) => id ?? null);

/** Upper case, as Smartcar writes it. */
export const make = label.transform((text) => text?.toUpperCase() ?? null);

export const modelYear = z.coerce.number().int().min(1900).max(2200).nullable().catch(null);

export const powertrain = label.transform((text) => powertrains.find((known) => known === text?.toUpperCase()) ?? null);

/** `Odometer.TraveledDistance` was written for `odometer-traveleddistance`. @see docs/smartcar.md §6.7 */
export const signalCodeOf = (name: string): SignalCode =>
  name.includes('.') ? name.toLowerCase().replaceAll('.', '-') : name;

export const signalCode = z
  .string()
  .regex(/^[\w.-]{1,100}$/)
  .transform(signalCodeOf);

const earliest = Date.UTC(2000, 0, 1);
const latest = Date.UTC(2200, 0, 1);
/** As milliseconds this is in 1973, as seconds far in the future: smaller numbers are seconds. */
const secondsEndAt = 100_000_000_000;

/**
 * An instant as ISO text, epoch seconds or epoch milliseconds; null when it is absent, 0 or nowhere near our time.
 *
 * @see docs/smartcar.md §3.4, §6.7
 */
export function instantOf(value: unknown): Date | null {
  const at = typeof value === 'string' ? fromText(value) : typeof value === 'number' ? fromNumber(value) : Number.NaN;
  return at >= earliest && at < latest ? new Date(at) : null;
}

/** Smartcar's clock may run ahead of ours by this much. */
const toleratedSkewMs = 10 * 60_000;

/** When Smartcar fetched something. Null also when that is still to come: as the newest proof it would outlive every failure. */
export function fetchedAtOf(value: unknown, receivedAt: Date): Date | null {
  const at = instantOf(value);
  return at && at.getTime() <= receivedAt.getTime() + toleratedSkewMs ? at : null;
}

/** A day, perhaps a time, perhaps a zone. What else Date would take is read by guessing, and in the machine's own zone. */
const iso = /^(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?) ?([Zz]|[+-]\d\d:?\d\d)?)?$/;

function fromText(text: string): number {
  if (text.length > 40) return Number.NaN;
  if (/^\d+$/.test(text)) return fromNumber(Number(text));
  // Without a zone it is UTC, as everything of Smartcar's is.
  const [, day, time = '00:00', zone = 'Z'] = iso.exec(text) ?? [];
  if (day === undefined || !isDay(day)) return Number.NaN;
  return Date.parse(`${day}T${time}${zone.toUpperCase().replace(/(\d\d)(\d\d)$/, '$1:$2')}`);
}

/** Date takes 30 February for the second of March. */
function isDay(day: string): boolean {
  const at = Date.parse(`${day}T00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day);
}

function fromNumber(value: number): number {
  return value < secondsEndAt ? value * 1000 : value;
}
