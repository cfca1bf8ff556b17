/** What a person sees behind a link: the facts, without words. `http/pages` turns them into HTML. */
import type { BeforeStep } from '../domain/before-connect.ts';
import type { Cause } from '../domain/cause.ts';
import type { ConnectionId } from '../domain/ids.ts';
import type { Permission } from '../domain/permission.ts';
import type { Start } from '../domain/reconnect-route.ts';
import type { ReturnProblem } from '../domain/returned-car.ts';

export interface PageFleet {
  name: string;
  /** An address or a number to ask; null when the fleet gave none. */
  supportContact: string | null;
}

export interface PageCar {
  /** Null on a page to connect a car for the first time. */
  connectionId: ConnectionId | null;
  number: string;
  plate: string | null;
  make: string | null;
  model: string | null;
  year: number | null;
  /**
   * `toDo`: the owner's turn. `checking`: they came back, proof is awaited. `confirming`: the fleet has to say that it is the
   * car. `done`: proved. `withdrawn`: healed by itself. `ended`: disconnected by the fleet.
   */
  state: 'toDo' | 'checking' | 'confirming' | 'done' | 'withdrawn' | 'ended';
  /** Why it is broken; null when it never was connected. */
  cause: Cause | null;
  /** What the owner's button starts. */
  starts: Start;
  /** When it was repaired, connected or withdrawn; null before. */
  endedAt: Date | null;
  /** What its owner does, or has to know, before the button. */
  steps: readonly BeforeStep[];
}

export type LinkPage =
  | {
      page: 'work';
      kind: 'connect' | 'repair';
      fleet: PageFleet;
      ownerName: string | null;
      cars: PageCar[];
      permissions: { required: Permission[]; optional: Permission[] };
      /** What went wrong at the last try; null when nothing did. */
      problem: ReturnProblem | null;
      language: string;
    }
  | {
      page: 'closed';
      reason: 'unknown' | 'expired' | 'used' | 'withdrawn' | 'ended';
      fleet: PageFleet | null;
      language: string;
    };

/** The link is an owner's own: its page is that of sharing-view.ts. */
export interface SharingLink {
  page: 'sharing';
}
