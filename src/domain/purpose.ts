/** What a request to Smartcar is for, and what is given up first when there are too few. */

/**
 * In the order in which they are given up. `quiet`: a routine read of a car that has nothing new to tell. `routine`: any
 * other routine read. `upkeep`: keeping grants alive, comparing lists, subscribing, moving. `proof`: first data, and claims
 * that are being checked. `person`: a check, or what an owner or operator waits for. `command`: locking and unlocking.
 */
export const purposes = ['quiet', 'routine', 'upkeep', 'proof', 'person', 'command'] as const;
export type Purpose = (typeof purposes)[number];

/** What a read that nobody pressed for can be for. */
export type ReadPurpose = Extract<Purpose, 'quiet' | 'routine' | 'proof'>;

/** The share that a purpose leaves to those above it, besides what is kept for commands. */
const leaves: Readonly<Record<Exclude<Purpose, 'command'>, number>> = {
  quiet: 0.2,
  routine: 0.1,
  upkeep: 0.06,
  proof: 0.03,
  person: 0,
};

/**
 * The share of any allowance (the application's bucket and month, a car's day and month) that this purpose doesn't touch.
 * `reserveForCommands` is a share too, from 0 to a half.
 */
export const untouched = (purpose: Purpose, reserveForCommands: number): number =>
  purpose === 'command' ? 0 : reserveForCommands + leaves[purpose];

/** Whether the first is given up before the second. */
export const yieldsTo = (a: Purpose, b: Purpose): boolean => purposes.indexOf(a) < purposes.indexOf(b);
