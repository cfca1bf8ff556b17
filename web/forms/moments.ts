/** Moments as a field of a form holds them: this person's own clock, to the minute. */

const two = (number: number): string => String(number).padStart(2, '0');

/** "2026-05-03T14:02". */
export const fieldOf = (at: Date): string =>
  `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;

/** Null for an empty field. */
export const instantOf = (field: string): string | null => (field === '' ? null : new Date(field).toISOString());

/** What is wrong with it as a time that is yet to come; null when nothing is. */
export const checkAhead = (field: string): string | null =>
  field !== '' && !(new Date(field).getTime() > Date.now()) ? 'A time that is yet to come, or empty.' : null;
