/** Adopting many connections: a few at a time, each result shown as it comes, and stopped where Smartcar's requests run out. */
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import type { AdoptedView } from '../src/http/contract/reconciliation.ts';
import type { Body } from '../src/http/contract/routes.ts';
import { call } from './api.ts';

export type Wish = Body<'adopt'>[number];
export type Result = AdoptedView['items'][number];

export interface AdoptionRun {
  isRunning: boolean;
  results: ReadonlyMap<string, Result>;
  /** What is still to be done, since requests ran out or an answer did not come. */
  left: readonly Wish[];
  problem: Error | null;
  start(wishes: readonly Wish[]): void;
}

/** Few enough for an answer within seconds though each is looked up. */
const atOnce = 10;
const noRequestsLeft = 'no_requests_left';

export function useAdoptionRun(): AdoptionRun {
  const client = useQueryClient();
  const [state, setState] = useState<Omit<AdoptionRun, 'start'>>({
    isRunning: false,
    results: new Map(),
    left: [],
    problem: null,
  });
  async function run(wishes: readonly Wish[]): Promise<void> {
    setState((before) => ({ ...before, isRunning: true, left: wishes, problem: null }));
    let left = wishes;
    try {
      while (left.length > 0) {
        const { items } = await call('adopt', { body: left.slice(0, atOnce) });
        const done = new Map(items.map((item) => [item.smartcarConnectionId, item]));
        const refused = items.some(({ problem }) => problem === noRequestsLeft);
        left = left.filter((wish) => !isSettled(done.get(wish.smartcarConnectionId)));
        setState((before) => ({ ...before, left, results: new Map([...before.results, ...done]) }));
        if (refused) break;
      }
      setState((before) => ({ ...before, isRunning: false }));
    } catch (error) {
      const problem = error instanceof Error ? error : new Error('It broke off.');
      setState((before) => ({ ...before, isRunning: false, problem }));
    }
    for (const name of ['listAdoptable', 'getReconciliation', 'listVehicles', 'getOverview'])
      void client.invalidateQueries({ queryKey: [name] });
  }
  return { ...state, start: (wishes) => void run(wishes) };
}

const isSettled = (result: Result | undefined): boolean => result !== undefined && result.problem !== noRequestsLeft;
