/** Rentals: started and ended by the fleet's booking system or by an operator, and whether a car is ready for one. */
import { z } from 'zod';

import { readinessCodes } from '../../domain/readiness.ts';
import { rentalStates } from '../../domain/rental.ts';
import { instant, line, listOf, maybeInstant, page } from './shared.ts';

const renterInput = z
  .strictObject({
    name: line(200).min(1).nullable().default(null),
    phone: line(40).min(1).nullable().default(null),
    email: z.email().max(254).nullable().default(null),
  })
  .describe('Kept sealed, and erased 90 days after the end.');

export const rentalReference = line(200).min(1);

/** What takes a rental's place in an address: our id, or the booking system's reference. */
const longestKey = 'reference:'.length + 200;
export const rentalParam = z.object({
  id: z
    .string()
    .max(longestKey)
    .describe('The id of the rental, or `reference:` and the reference that your booking system gave.'),
});

export const rentalStart = z.strictObject({
  vehicleId: z.string().max(64),
  reference: rentalReference.describe('Your own; one rental each. The same start twice is one rental.'),
  renter: renterInput.optional(),
  startedAt: instant.optional().describe('Now, where absent; up to a week ago.'),
  endsAt: instant.optional().describe('When it is planned to end. It stays active until it is ended.'),
  renterLink: z.boolean().default(false).describe('Answers the link to the renter’s page, too.'),
});

/** Null removes a value. */
export const rentalChange = z.strictObject({
  renter: renterInput.optional().describe('Takes the place of what was known of the renter.'),
  endsAt: instant.nullable().optional(),
});

export const rentalEnd = z.strictObject({
  endedAt: instant.optional().describe('Now, where absent; up to a week ago.'),
});

const snapshot = z.object({
  takenAt: instant,
  signals: z.array(
    z.object({
      code: z.string(),
      name: z.string(),
      value: z.unknown(),
      unit: z.string().nullable(),
      measuredAt: maybeInstant,
      fetchedAt: maybeInstant,
      ageS: z.number().int().nullable().describe('Seconds that the value was old then; null where nobody dated it.'),
    }),
  ),
});

export const rental = z.object({
  id: z.string(),
  reference: z.string(),
  state: z.enum(rentalStates),
  vehicleId: z.string().nullable().describe('Null while only the end was heard of.'),
  vehicle: z
    .object({
      id: z.string(),
      number: z.string(),
      plate: z.string().nullable(),
      make: z.string().nullable(),
      model: z.string().nullable(),
    })
    .nullable(),
  renter: z
    .object({ name: z.string().nullable(), phone: z.string().nullable(), email: z.string().nullable() })
    .nullable()
    .describe('Null where nothing is known, or not any more.'),
  startedAt: maybeInstant,
  endsAt: maybeInstant,
  endedAt: maybeInstant,
  overdue: z.boolean().describe('Still active beyond its planned end.'),
  start: snapshot.nullable().describe('What was known of the car when it began.'),
  end: snapshot.nullable(),
  disconnectsAfter: z.boolean().describe('The car is disconnected when it ends.'),
  createdAt: instant,
});
export type RentalView = z.infer<typeof rental>;
export const rentalList = listOf(rental);

/** What a renter locks and unlocks the car by. */
export const renterLink = z.object({
  url: z.string().describe('Whoever has it can open the car: hand it to the renter alone.'),
  expiresAt: instant.describe(
    'It works while the rental is active, also beyond its planned end, and at the latest until then.',
  ),
});

export const rentalStarted = rental.extend({
  renterLink: renterLink.nullable().describe('Null where it was not asked for, or the rental is over already.'),
});

export const rentalQuery = z.object({
  ...page,
  state: z.enum(rentalStates).optional(),
  vehicle: z.string().max(64).optional(),
  q: z.string().trim().max(100).optional().describe('Part of a reference.'),
  overdue: z.literal('true').optional().describe('Only those that are active beyond their planned end.'),
});

/** What a vehicle says of the rental that it is in. */
export const currentRental = z.object({
  id: z.string(),
  reference: z.string(),
  startedAt: instant,
  endsAt: maybeInstant,
  overdue: z.boolean(),
  disconnectsAfter: z.boolean(),
});

export const readiness = z.object({
  ready: z.boolean(),
  reasons: z
    .array(
      z.object({
        code: z.enum(readinessCodes),
        stops: z.boolean().describe('False for what is only to be known.'),
        text: z.string(),
      }),
    )
    .describe('Why not, and what else is to be known.'),
  checkedAt: instant,
});
export type ReadinessView = z.infer<typeof readiness>;
