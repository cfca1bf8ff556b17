/** Work that is due: a list in the state, run by advancing the clock. Nothing here waits by itself. */
import { runDelivery } from './webhooks/delivery.ts';
import { refresh } from './refresh.ts';
import type { Simulation } from './simulation.ts';
import type { Due } from './state.ts';
import { startSubscription } from './subscriptions.ts';

/** Deliveries that are on their way; they don't hold up the rest. */
const parallelDeliveries = 16;

export interface Schedule {
  /** Runs what is due by now, in the order of its times, and waits for the deliveries that follow from it. */
  advanceTo: (now: Date) => Promise<void>;
  /** The same, but leaves deliveries on their way. */
  tick: (now: Date) => void;
  /** Resolves when nothing is on its way. */
  settle: () => Promise<void>;
}

export function scheduleOf(sim: Simulation): Schedule {
  const underway = new Set<Promise<void>>();
  const tick = (now: Date): void => {
    runWork(sim, now.getTime());
    for (;;) {
      if (underway.size >= parallelDeliveries) break;
      const due = takeFirst(sim, now.getTime(), (item) => item.kind === 'deliver');
      if (due?.kind !== 'deliver') break;
      const sent = runDelivery(sim, due.delivery, due.at);
      const done = sent.finally(() => underway.delete(done));
      underway.add(done);
    }
  };
  const settle = async (): Promise<void> => {
    while (underway.size > 0) await Promise.all(underway);
  };
  const advanceTo = async (now: Date): Promise<void> => {
    do {
      tick(now);
      await settle();
    } while (sim.state.due.some((item) => item.at <= now.getTime()));
  };
  return { advanceTo, tick, settle };
}

function runWork(sim: Simulation, now: number): void {
  for (;;) {
    const due = takeFirst(sim, now, (item) => item.kind !== 'deliver');
    if (due === null) break;
    if (due.kind === 'refresh') refresh(sim, due.connectionId, due.at);
    else if (due.kind === 'subscribe') startSubscription(sim, due.subscriptionId, due.at);
  }
  const ready = sim.streams.filter((stream) => stream.at <= now);
  sim.streams = sim.streams.filter((stream) => stream.at > now);
  for (const stream of ready) stream.finish(stream.at);
}

function takeFirst(sim: Simulation, now: number, wanted: (item: Due) => boolean): Due | null {
  let first: Due | null = null;
  for (const item of sim.state.due) {
    if (item.at > now || !wanted(item)) continue;
    if (first === null || item.at < first.at || (item.at === first.at && item.order < first.order)) first = item;
  }
  if (first !== null) sim.state.due.splice(sim.state.due.indexOf(first), 1);
  if (first !== null) sim.touch();
  return first;
}

/** After a pause: what should have happened long ago happens once, now, as if Smartcar had been away too. */
export function catchUp(sim: Simulation, now: number): void {
  for (const item of sim.state.due) {
    const late = now - item.at;
    if (late <= 0) continue;
    item.at = now;
    // The attempts that are left keep their distances.
    if (item.kind === 'deliver') item.delivery.firstAt += late;
  }
}
