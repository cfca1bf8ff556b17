/** Which vehicles of a list are chosen: some, one by one, or all that match but some. */
import { useRef, useState } from 'react';

import type { Body } from '../src/http/contract/routes.ts';
import type { VehicleFilterInput } from '../src/http/contract/vehicles.ts';

export type Selection = { kind: 'some'; ids: ReadonlySet<string> } | { kind: 'all'; except: ReadonlySet<string> };

export const nothing: Selection = { kind: 'some', ids: new Set() };
export const everything: Selection = { kind: 'all', except: new Set() };

export const isChosen = (selection: Selection, id: string): boolean =>
  selection.kind === 'some' ? selection.ids.has(id) : !selection.except.has(id);

/** The same with these chosen, or not. */
export function withThese(selection: Selection, ids: readonly string[], chosen: boolean): Selection {
  const isSome = selection.kind === 'some';
  const set = new Set(isSome ? selection.ids : selection.except);
  for (const id of ids) {
    if (chosen === isSome) set.add(id);
    else set.delete(id);
  }
  return isSome ? { kind: 'some', ids: set } : { kind: 'all', except: set };
}

/** How many; null while it is not known how many match. */
export const sizeOf = (selection: Selection, matching: number | null): number | null =>
  selection.kind === 'some'
    ? selection.ids.size
    : matching === null
      ? null
      : Math.max(0, matching - selection.except.size);

/** As the API takes it; null when nothing is chosen. In one order, so that the same choice is the same question. */
export function selectionBody(selection: Selection, filter: VehicleFilterInput): Body<'previewReconnects'> | null {
  if (selection.kind === 'all') return { filter, except: [...selection.except].sort() };
  return selection.ids.size === 0 ? null : { vehicleIds: [...selection.ids].sort() };
}

/** From the last one that was pressed to this one, as they are listed. */
export function rangeOf(order: readonly string[], from: string | null, to: string): string[] {
  const [start, end] = [order.indexOf(from ?? to), order.indexOf(to)];
  return start === -1 || end === -1 ? [to] : order.slice(Math.min(start, end), Math.max(start, end) + 1);
}

export interface Choosing {
  selection: Selection;
  isChosen(id: string): boolean;
  /** Chooses, or takes back; as a range from the one pressed before, where that is asked for. */
  toggle(id: string, order: readonly string[], asRange: boolean): void;
  /** Chooses all of these, or takes all of them back. */
  set(ids: readonly string[], chosen: boolean): void;
  chooseAll(): void;
  clear(): void;
}

/** What was chosen one by one outlives a change of the filters; "all that match" means these filters alone. */
export function useChoosing(filtersKey: string, startWithAll: boolean): Choosing {
  const [kept, keep] = useState({ selection: startWithAll ? everything : nothing, of: filtersKey });
  const last = useRef<string | null>(null);
  const isOfOthers = kept.selection.kind === 'all' && kept.of !== filtersKey;
  const selection = isOfOthers ? nothing : kept.selection;
  const change = (next: Selection): void => keep({ selection: next, of: filtersKey });
  return {
    selection,
    isChosen: (id) => isChosen(selection, id),
    toggle(id, order, asRange) {
      const ids = asRange ? rangeOf(order, last.current, id) : [id];
      last.current = id;
      change(withThese(selection, ids, !isChosen(selection, id)));
    },
    set: (ids, chosen) => change(withThese(selection, ids, chosen)),
    chooseAll: () => change(everything),
    clear: () => change(nothing),
  };
}
