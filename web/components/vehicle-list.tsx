/** Vehicles as cards or lines, drawn only where they are seen, fetched page by page. */
import { useElementSize } from '@mantine/hooks';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';

import type { VehicleView } from '../../src/http/contract/vehicles.ts';
import type { VehicleView as Shape } from '../preferences.ts';
import type { Choosing } from '../selection.ts';
import type { Choice } from './choice-box.tsx';
import { VehicleCard } from './vehicle-card.tsx';
import { VehicleRow, VehicleTableHead } from './vehicle-table.tsx';

interface VehicleListProps {
  vehicles: readonly VehicleView[];
  shape: Shape;
  hasMore: boolean;
  loadMore: () => void;
  choosing: Choosing;
  /** Cards are pressed to choose, not to open. */
  cardsChoose: boolean;
}

const cardWidth = 272;
const sizes = { cards: 200, table: 44 } as const;

export function VehicleList(props: VehicleListProps): React.JSX.Element {
  const { vehicles, shape, hasMore, loadMore, choosing, cardsChoose } = props;
  const { ref: measured, width } = useElementSize();
  const place = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const columns = shape === 'cards' ? Math.max(1, Math.floor((width + 12) / (cardWidth + 12))) : 1;
  const rows = Math.ceil(vehicles.length / columns);
  useLayoutEffect(() => setTop(place.current?.offsetTop ?? 0), [shape, width]);
  const virtual = useWindowVirtualizer({
    count: rows,
    estimateSize: () => sizes[shape],
    overscan: 6,
    scrollMargin: top,
  });
  useEffect(() => virtual.measure(), [virtual, shape, columns]);
  const order = vehicles.map(({ id }) => id);
  const choiceOf = (id: string): Choice => ({
    isChosen: choosing.isChosen(id),
    toggle: (asRange) => choosing.toggle(id, order, asRange),
  });
  const drawn = virtual.getVirtualItems();
  const last = drawn.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && last >= rows - 4) loadMore();
  }, [hasMore, last, rows, loadMore]);
  return (
    <div
      ref={measured}
      className={shape === 'table' ? 'rowtable' : undefined}
      role={shape === 'table' ? 'table' : 'list'}
      aria-label="Vehicles"
      {...(shape === 'table' ? { 'aria-rowcount': hasMore ? -1 : vehicles.length + 1 } : {})}
      onKeyDown={(event) => {
        if (shape === 'table' && event.key === ' ') chooseByKey(event, choiceOf);
        else walk(event, columns);
      }}
    >
      {shape === 'table' ? (
        <VehicleTableHead chosen={partOf(order, choosing)} onChooseAll={(chosen) => choosing.set(order, chosen)} />
      ) : null}
      <div ref={place} className="virtual" role="presentation" style={{ height: virtual.getTotalSize() }}>
        {drawn.map((row) => (
          <div
            key={row.key}
            className={shape === 'cards' ? 'cardline' : 'rowline'}
            role="presentation"
            style={{
              transform: `translateY(${row.start - top}px)`,
              height: sizes[shape],
              gridTemplateColumns: shape === 'cards' ? `repeat(${columns}, minmax(0, 1fr))` : undefined,
            }}
          >
            {vehicles.slice(row.index * columns, (row.index + 1) * columns).map((vehicle, at) =>
              shape === 'cards' ? (
                <div role="listitem" key={vehicle.id}>
                  <VehicleCard vehicle={vehicle} choice={cardsChoose ? choiceOf(vehicle.id) : null} />
                </div>
              ) : (
                <VehicleRow key={vehicle.id} vehicle={vehicle} index={row.index + at} choice={choiceOf(vehicle.id)} />
              ),
            )}
          </div>
        ))}
      </div>
    </div>
  );
}

function partOf(ids: readonly string[], choosing: Choosing): 'all' | 'some' | 'none' {
  const chosen = ids.filter((id) => choosing.isChosen(id)).length;
  return chosen === 0 ? 'none' : chosen === ids.length ? 'all' : 'some';
}

/** Space on a line chooses it, and with Shift everything from the one chosen before. */
function chooseByKey(event: KeyboardEvent<HTMLDivElement>, choiceOf: (id: string) => Choice): void {
  const id = event.target instanceof HTMLElement ? event.target.dataset['vehicle'] : undefined;
  if (id === undefined) return;
  event.preventDefault();
  choiceOf(id).toggle(event.shiftKey);
}

/** Arrows go from vehicle to vehicle; Enter opens, as it does with every link. */
function walk(event: KeyboardEvent<HTMLDivElement>, columns: number): void {
  const steps: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns };
  const step = steps[event.key];
  if (step === undefined) return;
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>('a[data-vehicle]')];
  const from = links.findIndex((link) => link === document.activeElement);
  const target = links[from === -1 ? 0 : from + step];
  if (!target) return;
  event.preventDefault();
  target.focus();
  target.scrollIntoView({ block: 'nearest' });
}
