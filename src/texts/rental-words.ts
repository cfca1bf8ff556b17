/** Rentals and readiness in words. */
import type { ReadinessReason } from '../domain/readiness.ts';
import { say } from './say.ts';

/** Why a car can't be handed to a renter, or what is to be known before it is, in a sentence. */
export const readinessText = ({ code, percent = 0 }: ReadinessReason, language = 'en'): string =>
  say(language, `readiness.${code}`, { percent });

/** Why a car that is rented out is not disconnected now. */
export const keepsConnectedText = (reference: string, language = 'en'): string =>
  say(language, 'rental.keepsConnected', { reference });
