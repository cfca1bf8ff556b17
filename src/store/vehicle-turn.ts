/** Whose turn a vehicle is, as conditions over its connection `c`: the same that the table of routes says. */
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';

import { causeNames, factsOf } from '../domain/cause.ts';
import type { Cause, Who } from '../domain/cause.ts';
import { tokensGone } from '../domain/reconnect-route.ts';

/** What lacks nothing but v2's tokens, and may be on v3. */
export const isMendedOnV3 = sql<boolean>`coalesce(c.platform = 'v2' and c.cause = any(${[...tokensGone]})
  and c.listed is not false, false)`;

export function isTurnOf(who: string, v3: boolean): RawBuilder<boolean> {
  const usual = sql<boolean>`c.cause = any(${causesOf(who)})`;
  if (!v3) return usual;
  return who === 'operator'
    ? sql<boolean>`(${usual} or ${isMendedOnV3})`
    : sql<boolean>`(${usual} and not ${isMendedOnV3})`;
}

const causesOf = (who: string): Cause[] => causeNames.filter((cause) => factsOf(cause).who === (who as Who)); // compared only
