/** Work that is under way and that nobody waits for, a few pieces for each of many, so that one that is slow holds up no other. */
import { openUnderway } from './underway.ts';

export interface Lane {
  name: string;
  /** Whoever's lanes are many has no more of the whole width for it. */
  owner: string;
}

export interface Lanes {
  widthOfEach: number;
  hasRoom(lane: Lane): boolean;
  /** Those behind the lane that was begun last come first, so that each has its turn. */
  inTurn<T extends Lane>(waiting: readonly T[]): T[];
  run(lane: Lane, work: () => Promise<void>, onFault: (error: unknown) => void): void;
  /** False once they are to end: what is under way takes up nothing further. */
  goesOn(): boolean;
  /** Resolves when nothing is under way any more. Never rejects. */
  settled(): Promise<void>;
  /** The same, and nothing further is taken up. */
  end(): Promise<void>;
}

/** @param widthOfOwner for all lanes of one owner; a quarter of the whole unless it is said */
export function openLanes(widthOfEach: number, width: number, widthOfOwner = Math.ceil(width / 4)): Lanes {
  const underway = openUnderway();
  const lanes = openCounts();
  const owners = openCounts();
  let lastBegun = '';
  let isEnding = false;
  return {
    widthOfEach,
    hasRoom: ({ name, owner }) =>
      !isEnding && underway.count() < width && lanes.of(name) < widthOfEach && owners.of(owner) < widthOfOwner,
    inTurn(waiting) {
      const sorted = waiting.toSorted((one, other) => (one.name < other.name ? -1 : 1));
      return [...sorted.filter(({ name }) => name > lastBegun), ...sorted.filter(({ name }) => name <= lastBegun)];
    },
    run({ name, owner }, work, onFault) {
      const change = (by: number): void => {
        lanes.change(name, by);
        owners.change(owner, by);
      };
      lastBegun = name;
      change(1);
      underway.run(() => work().finally(() => change(-1)), onFault);
    },
    goesOn: () => !isEnding,
    settled: () => underway.settled(),
    end() {
      isEnding = true;
      return underway.settled();
    },
  };
}

interface Counts {
  of(name: string): number;
  change(name: string, by: number): void;
}

/** Remembers nothing of a name that counts nothing. */
function openCounts(): Counts {
  const counts = new Map<string, number>();
  const of = (name: string): number => counts.get(name) ?? 0;
  return {
    of,
    change(name, by) {
      const count = of(name) + by;
      if (count === 0) counts.delete(name);
      else counts.set(name, count);
    },
  };
}
