/** What a renter sees behind their link: the facts, without words. `http/pages` turns them into HTML. */
import type { CommandCause, CommandType } from '../domain/command.ts';
import type { RenterStep } from '../domain/renter.ts';

export interface RenterFleet {
  name: string;
  /** An address or a number to ask; null when the fleet gave none. */
  supportContact: string | null;
  /** What helps when the car does not open. */
  fallback: { text: string | null; phone: string | null };
  timeZone: string;
}

export interface RenterCar {
  number: string;
  plate: string | null;
  make: string | null;
  model: string | null;
  year: number | null;
}

/** The last thing that was asked of the lock, as long as there is something to say of it. */
export interface RenterCommand {
  type: CommandType;
  step: RenterStep;
  /** Null where there is nothing to say, or nothing yet. */
  cause: CommandCause | null;
  retry: 'now' | 'later' | 'no' | null;
  /** More may become known of it. */
  isOpen: boolean;
}

export type RenterPage =
  | {
      page: 'car';
      fleet: RenterFleet;
      car: RenterCar;
      endsAt: Date | null;
      isOverdue: boolean;
      /** As the car was last heard; null where it never was. */
      lock: { isLocked: boolean; at: Date } | null;
      energy: { kind: 'charge' | 'fuel'; percent: number } | null;
      command: RenterCommand | null;
      /** Something is asked of the lock, and nothing else can be until that is answered. */
      isBusy: boolean;
      /** False while the car's connection does not work: nothing can be sent. */
      isReachable: boolean;
      language: string;
      /** When this was so. */
      at: Date;
    }
  | {
      page: 'closed';
      reason: 'unknown' | 'expired' | 'early' | 'over';
      fleet: RenterFleet | null;
      /** Of a rental that has not begun. */
      startsAt: Date | null;
      language: string;
    };

/** Why a press came to nothing. */
export const renterRefusals = ['busy', 'limit', 'late', 'closed'] as const;
export type RenterRefusal = (typeof renterRefusals)[number];
