/**
 * What a renter sees of locking and unlocking: how far it came, and from when on the way out is shown. They stand before the
 * car, so they are told sooner than an operator that something may be wrong, and never that something is so that only may be.
 *
 * @see docs/decisions/0031-renter-page.md
 */
import { barsOthers } from './command.ts';
import type { Command } from './command.ts';
import { after } from './schedule.ts';

/** Seconds after the renter's press at which nothing leaves any more. */
export const renterDeadlineS = 30;

/** Seconds without the car's word after which the renter is told to look, and what else helps. */
const unheardAfterS = { sent: 20, told: 45 } as const;
/** Seconds for which the end of a command is shown; after that the lock as it is known says enough. */
const shownForS = 600;

/**
 * `waiting`: not sent yet. `sent`: on its way, no answer yet. `told`: handed to the car, which has not said so itself.
 * `done`: the car says so. `unsure`: it may have been done or not. `failed`: nothing was done.
 */
export type RenterStep = 'waiting' | 'sent' | 'told' | 'done' | 'unsure' | 'failed';

/** Null where there is nothing to say of it any more. */
export function renterStep(c: Command, now: Date): RenterStep | null {
  if (c.endedAt && now >= after(c.endedAt, shownForS)) return null;
  switch (c.state) {
    case 'queued':
      return 'waiting';
    case 'sent':
      return openStep(c, now);
    case 'confirmed':
      return 'done';
    case 'unconfirmed':
      return 'unsure';
    case 'failed':
    case 'expired':
      return 'failed';
    case 'cancelled':
      return null;
  }
}

function openStep(c: Command, now: Date): RenterStep {
  const step = c.acceptedAt ? 'told' : 'sent';
  const isLate = c.sentAt !== null && now >= after(c.sentAt, unheardAfterS[step]);
  return isLate || c.isContradicted ? 'unsure' : step;
}

/** What else helps is shown at once. */
export const needsHelp = (step: RenterStep | null): boolean => step === 'unsure' || step === 'failed';

/** Nothing can be asked of the lock meanwhile. */
export const isBusy = (c: Command | null, now: Date): boolean => c !== null && c.endedAt === null && barsOthers(c, now);
