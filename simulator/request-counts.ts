/** Requests are money at Smartcar, so the simulator counts them: by route, and by status. */
export interface RequestCounts {
  since: Date;
  routes: Map<string, { count: number; byStatus: Record<string, number> }>;
}

export function newCounts(now: Date): RequestCounts {
  return { since: now, routes: new Map() };
}

export function countRequest(counts: RequestCounts, route: string, status: number): void {
  const entry = counts.routes.get(route) ?? { count: 0, byStatus: {} };
  entry.count += 1;
  entry.byStatus[status] = (entry.byStatus[status] ?? 0) + 1;
  counts.routes.set(route, entry);
}

export function resetCounts(counts: RequestCounts, now: Date): void {
  counts.since = now;
  counts.routes.clear();
}
