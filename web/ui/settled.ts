/** Keeps a list's order while the pointer is over it, so that nothing moves away from under a finger. */
import { useState } from 'react';
import type { PointerEvent } from 'react';

interface Settled<T> {
  items: T[];
  /** New ones that wait until the pointer has left. */
  waiting: number;
  hold: { onPointerEnter: (event: PointerEvent) => void; onPointerLeave: () => void };
}

/** Contents are always the newest; only the order and what is shown are kept. */
export function useSettled<T extends { id: string }>(items: readonly T[]): Settled<T> {
  const [held, setHeld] = useState<readonly string[] | null>(null);
  const byId = new Map(items.map((item) => [item.id, item]));
  const order = held ?? items.map((item) => item.id);
  const settled = order.flatMap((id) => byId.get(id) ?? []);
  return {
    items: settled,
    waiting: held ? items.filter((item) => !held.includes(item.id)).length : 0,
    hold: {
      // A finger has no hover; it would hold the list for good.
      onPointerEnter: (event) => {
        if (event.pointerType === 'mouse') setHeld(items.map((item) => item.id));
      },
      onPointerLeave: () => setHeld(null),
    },
  };
}
