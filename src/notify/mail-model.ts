/** What a message to an owner is about: the facts, without words. */
import type { Cause } from '../domain/cause.ts';
import type { NotificationKind } from '../domain/notification.ts';
import type { Start } from '../domain/reconnect-route.ts';

export interface MailCar {
  /** As Smartcar writes it. */
  make: string | null;
  model: string | null;
  year: number | null;
  /** The fleet's own number; names the car where make and model are not known. */
  number: string;
  plate: string | null;
  /** Why it has to be repaired; null when it was never connected, or works again. */
  cause: Cause | null;
  /** What the owner's button starts. */
  starts: Start;
}

export interface MailModel {
  kind: NotificationKind;
  /** BCP 47. */
  language: string;
  /** `supportContact`: an address or a number to ask; null when the fleet gave none. */
  fleet: { name: string; supportContact: string | null };
  ownerName: string;
  /** All the owner's cars that this message is about; empty only where it is about their page. */
  cars: readonly MailCar[];
  /** The owner's page; null where nothing is to be done. */
  url: string | null;
}

export interface RenderedMail {
  subject: string;
  html: string;
  text: string;
}
