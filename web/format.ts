/** Numbers, times and values as people read them. Unknown is an en dash, never 0. */
import type { SignalView } from '../src/http/contract/vehicles.ts';
import type { Units } from './preferences.ts';

export const unknown = '–';

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const tenth = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const exact = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZoneName: 'short',
});
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat('en-GB', { weekday: 'short', hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
const shortDay = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

/** What this person's spreadsheet expects between cells: where a comma stands in decimal numbers, a semicolon. */
export const listSeparator = (): 'comma' | 'semicolon' =>
  new Intl.NumberFormat().formatToParts(1.5).some(({ type, value }) => type === 'decimal' && value === ',')
    ? 'semicolon'
    : 'comma';

export const count = (value: number): string => whole.format(value);
export const exactTime = (iso: string): string => exact.format(new Date(iso));
export const clockTime = (iso: string): string => clock.format(new Date(iso));
export const shortDayOf = (iso: string): string => shortDay.format(new Date(iso));
export const dayOf = (iso: string): string => day.format(new Date(iso));

/** "Tue 14:02" within six days, "3 May 2026" before and after. */
export function since(iso: string, nowMs: number): string {
  const at = new Date(iso);
  const days = (nowMs - at.getTime()) / 86_400_000;
  if (days < 0.5 && at.getDate() === new Date(nowMs).getDate()) return clock.format(at);
  return Math.abs(days) < 6 ? weekday.format(at) : shortDay.format(at);
}

/** "4 min ago", "in 12 min"; seconds are not told apart, so that numbers don't flicker. `ahead` for what is due. */
export function age(iso: string, nowMs: number, ahead = false): string {
  const seconds = (nowMs - new Date(iso).getTime()) / 1_000;
  const size = Math.abs(seconds);
  if (ahead && seconds >= 0) return 'due now';
  if (size < 45) return ahead || seconds < -15 ? 'in a moment' : 'just now';
  const text = duration(size);
  return seconds >= 0 ? `${text} ago` : `in ${text}`;
}

/** How old a value was in a moment that is past, from seconds; null where nobody dated it. */
export const oldThen = (seconds: number | null): string =>
  seconds === null ? 'of unknown age' : seconds < 45 ? 'of that moment' : `${duration(seconds)} old`;

function duration(seconds: number): string {
  const minutes = Math.max(1, Math.round(seconds / 60));
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  if (hours < 48) return `${hours} h`;
  return `${Math.round(hours / 24)} d`;
}

/** How long something took: "4 s", "2 min 10 s", "14 min", "3 h". */
export function lasting(seconds: number): string {
  const rounded = Math.round(seconds);
  if (rounded < 1) return 'under 1 s';
  if (rounded < 60) return `${rounded} s`;
  const rest = rounded % 60;
  return rounded < 600 && rest > 0 ? `${Math.floor(rounded / 60)} min ${rest} s` : duration(rounded);
}

const miles = (km: number): number => km * 0.621371;

export function distance(km: number | null, units: Units): string {
  if (km === null) return unknown;
  return units === 'imperial' ? `${whole.format(miles(km))} mi` : `${whole.format(km)} km`;
}

export const percent = (value: number | null): string => (value === null ? unknown : `${whole.format(value)} %`);

export const signalOf = (signals: readonly SignalView[], code: string): SignalView | null =>
  signals.find((signal) => signal.code === code) ?? null;

export function numberOf(signals: readonly SignalView[], code: string): number | null {
  const value = signalOf(signals, code)?.value;
  return typeof value === 'number' ? value : null;
}

/** Kilometres, whatever the unit it was reported in. */
export function kilometresOf(signal: Pick<SignalView, 'value' | 'unit'> | null): number | null {
  if (typeof signal?.value !== 'number') return null;
  return /^mi/i.test(signal.unit ?? '') ? signal.value / 0.621371 : signal.value;
}

const booleans: Record<string, readonly [yes: string, no: string]> = {
  'closure-islocked': ['Locked', 'Unlocked'],
  'charge-ischarging': ['Charging', 'Not charging'],
  'charge-ischargingcableconnected': ['Plugged in', 'Not plugged in'],
};

type SaidSignal = Pick<SignalView, 'code' | 'value' | 'unit'> & Partial<SignalView>;

/** One value in words and units. */
export function signalText(signal: SaidSignal, units: Units): string {
  const { value, unit, code } = signal;
  if (typeof value === 'boolean') return booleans[code]?.[value ? 0 : 1] ?? (value ? 'Yes' : 'No');
  if (typeof value === 'number') return numberText(value, unit, units);
  if (typeof value === 'string') return value === '' ? unknown : value;
  if (typeof value === 'object' && value !== null) {
    const text = compound(value as Record<string, unknown>, units, signal.rounded ? 2 : 5); // an object of JSON
    return signal.rounded ? `about ${text}` : text;
  }
  return unknown;
}

function numberText(value: number, unit: string | null, units: Units): string {
  if (unit === 'percent' || unit === '%') return `${tenth.format(value)} %`;
  if (unit === 'km') return distance(value, units);
  return unit ? `${tenth.format(value)} ${unit}` : tenth.format(value);
}

interface Corner {
  isOpen?: unknown;
  tirePressure?: unknown;
}

function compound(value: Record<string, unknown>, units: Units, decimals: number): string {
  const { latitude, longitude } = value;
  if (typeof latitude === 'number' && typeof longitude === 'number')
    return `${latitude.toFixed(decimals)}, ${longitude.toFixed(decimals)}`;
  const corners = Array.isArray(value['values']) ? (value['values'] as Corner[]) : []; // each field is checked below
  if (corners.some((corner) => typeof corner.isOpen === 'boolean')) {
    const open = corners.filter((corner) => corner.isOpen === true).length;
    return open === 0 ? 'All closed' : `${open} of ${corners.length} open`;
  }
  const pressures = corners.map((corner) => corner.tirePressure).filter((pressure) => typeof pressure === 'number');
  return pressures.length > 0 ? pressureText(pressures, units) : 'Reported';
}

/** Some makes call kilopascals "bar"; no tyre holds 10 bar, and 690 kPa or more is "not measured". */
function pressureText(pressures: number[], units: Units): string {
  const bars = pressures.map((pressure) => (pressure > 10 ? pressure / 100 : pressure));
  const words = bars.map((bar) => (bar >= 6.9 ? unknown : tenth.format(units === 'imperial' ? bar * 14.5038 : bar)));
  return `${words.join(' · ')} ${units === 'imperial' ? 'psi' : 'bar'}`;
}
