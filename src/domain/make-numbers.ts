/** Where each number of a make comes from: what is documented, what a fleet has set, and what then holds. */
import { numberFacts, usualNumbers, usualSource } from './make-facts.ts';
import type { FactId, NumberName, Sureness } from './make-facts.ts';
import { makePolicy, numberNames, otherMakes } from './make-policy.ts';
import type { MakeChoices } from './make-policy.ts';

export interface NumberOrigin {
  number: NumberName;
  /** What holds; null: no limit is known. */
  value: number | null;
  /** What would hold, had the fleet set nothing for this make. */
  otherwise: number | null;
  /** The fleet has set it for this make. */
  isChosen: boolean;
  /** Of `otherwise`; null where nothing is documented, and where another setting of the fleet's is behind it. */
  source: FactId | null;
  /** `fleet`: another setting of the fleet's is behind it. Null where nothing is documented. */
  sure: Sureness | 'fleet' | null;
}

/** In the order of the numbers. `make` by its key, or `otherMakes`. */
export function numbersOf(make: string, choices: MakeChoices): NumberOrigin[] {
  const { [make]: own = {}, ...rest } = choices.makes ?? {};
  const named = make === otherMakes ? null : make;
  const [holds, otherwise] = [makePolicy(named, choices), makePolicy(named, { ...choices, makes: rest })];
  return numberNames.map((number) => ({
    number,
    value: holds[number],
    otherwise: otherwise[number],
    isChosen: number in own,
    ...originOf(make, number, otherwise[number]),
  }));
}

function originOf(make: string, number: NumberName, value: number | null): Pick<NumberOrigin, 'source' | 'sure'> {
  const fact = numberFacts.find((one) => one.number === number && one.makes.includes(make));
  if (fact && fact.value === value) return { source: fact.source, sure: fact.sure };
  if (value !== usualNumbers[number]) return { source: null, sure: 'fleet' };
  return value === null ? { source: null, sure: null } : usualSource;
}
