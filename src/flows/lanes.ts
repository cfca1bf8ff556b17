/** Work that is under way and that nobody waits for, a few pieces for each of many, so that one that is slow holds up no other. */
import { openUnderway } from './underway.ts';

export interface Lanes {
  widthOfEach: number;
  hasRoom(lane: string): boolean;
  run(lane: string, work: () => Promise<void>, onFault: (error: unknown) => void): void;
  /** False once they are to end: what is under way takes up nothing further. */
  goesOn(): boolean;
  /** Resolves when nothing is under way any more. Never rejects. */
  settled(): Promise<void>;
  /** The same, and nothing further is taken up. */
  end(): Promise<void>;
}

export function openLanes(widthOfEach: number, width: number): Lanes {
  const underway = openUnderway();
  const busy = new Map<string, number>();
  let isEnding = false;
  const change = (lane: string, by: number): void => {
    const count = (busy.get(lane) ?? 0) + by;
    if (count === 0) busy.delete(lane);
    else busy.set(lane, count);
  };
  return {
    widthOfEach,
    hasRoom: (lane) => !isEnding && underway.count() < width && (busy.get(lane) ?? 0) < widthOfEach,
    run(lane, work, onFault) {
      change(lane, 1);
      underway.run(() => work().finally(() => change(lane, -1)), onFault);
    },
    goesOn: () => !isEnding,
    settled: () => underway.settled(),
    end() {
      isEnding = true;
      return underway.settled();
    },
  };
}
