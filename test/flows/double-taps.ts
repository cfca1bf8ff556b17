/** Pairs of taps at once on one wish: half of the pairs under one Idempotency-Key, the others under none. */
import { randomUUID } from 'node:crypto';
import { chance } from '../../simulator/random.ts';
import type { VehicleId } from '../../src/domain/ids.ts';

export interface Tapped {
  pairs: number;
  /** Answers by what they said: `202`, or a status and a code. */
  answers: Map<string, number>;
  /** Pairs whose two answers named different commands. */
  twice: number;
}

interface Place {
  /** Of one of the processes that serve the API; the taps of a pair take turns. */
  origins: readonly string[];
  apiKey: string;
  cars: readonly VehicleId[];
  /** Everything is sent and answered, and so much time passes that the next tap is a wish of its own. */
  goOn(round: number): Promise<void>;
}

/** In each round every car is tapped twice at the same moment. */
export async function tapTwice(place: Place, pairs: number): Promise<Tapped> {
  const tapped: Tapped = { pairs: 0, answers: new Map(), twice: 0 };
  for (let round = 0; tapped.pairs < pairs; round += 1) {
    const cars = place.cars.slice(0, pairs - tapped.pairs);
    await Promise.all(cars.map((car, at) => tapPair(place, car, round * place.cars.length + at, tapped)));
    tapped.pairs += cars.length;
    await place.goOn(round);
  }
  return tapped;
}

async function tapPair(place: Place, car: VehicleId, number: number, tapped: Tapped): Promise<void> {
  const key = number % 2 === 0 ? randomUUID() : null;
  const type = chance(7, 'tap', number) < 0.5 ? 'lock' : 'unlock';
  const tap = async (origin: string): Promise<string | null> => {
    const response = await fetch(`${origin}/api/v1/vehicles/${car}/commands`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${place.apiKey}`,
        'content-type': 'application/json',
        ...(key === null ? {} : { 'idempotency-key': key }),
      },
      body: JSON.stringify({ type }),
    });
    const { id, code } = (await response.json()) as { id?: string; code?: string };
    const said = code === undefined ? String(response.status) : `${response.status} ${code}`;
    tapped.answers.set(said, (tapped.answers.get(said) ?? 0) + 1);
    return id ?? null;
  };
  const [first = '', second = first] = place.origins;
  const named = new Set((await Promise.all([tap(first), tap(second)])).filter((id) => id !== null));
  if (named.size > 1) tapped.twice += 1;
}
