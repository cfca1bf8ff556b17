/** One line of the table of vehicles; a grid and not a `<table>`, so that thousands can be drawn as they are scrolled to. */
import { Checkbox } from '@mantine/core';

import type { VehicleView } from '../../src/http/contract/vehicles.ts';
import { distance, kilometresOf, signalOf, unknown } from '../format.ts';
import { paths } from '../paths.ts';
import { useUnits } from '../preferences.ts';
import { PlainLink } from '../ui/link.tsx';
import { carName } from '../words.ts';
import { ChoiceBox } from './choice-box.tsx';
import type { Choice } from './choice-box.tsx';
import { energyOf, EnergyGauge } from './energy-gauge.tsx';
import { FreshnessMark } from './freshness-mark.tsx';
import { RentalTag } from './rental-marks.tsx';
import { SmartcarBadge } from './smartcar-badge.tsx';
import { StatusMark } from './status-mark.tsx';
import { TurnChip } from './turn-chip.tsx';
import { LockState, statusOf, turnOf } from './vehicle-card.tsx';

const columns = ['Number', 'Vehicle', 'Status', 'Whose turn', 'Energy', 'Lock', 'Odometer', 'Data', 'Owner'] as const;

interface TableHeadProps {
  /** How many of those that are shown are chosen. */
  chosen: 'all' | 'some' | 'none';
  onChooseAll: (chosen: boolean) => void;
}

export function VehicleTableHead({ chosen, onChooseAll }: TableHeadProps): React.JSX.Element {
  return (
    <div className="rowgrid rowhead" role="row">
      <span role="columnheader" className="choice">
        <Checkbox
          size="xs"
          aria-label="Choose all that are shown"
          checked={chosen === 'all'}
          indeterminate={chosen === 'some'}
          onChange={() => onChooseAll(chosen !== 'all')}
        />
      </span>
      {columns.map((column) => (
        <span key={column} role="columnheader" data-number={column === 'Odometer' || undefined}>
          {column}
        </span>
      ))}
    </div>
  );
}

interface RowProps {
  vehicle: VehicleView;
  /** Its place in the whole list, from 0. */
  index: number;
  choice: Choice;
}

export function VehicleRow({ vehicle, index, choice }: RowProps): React.JSX.Element {
  const units = useUnits();
  const turn = turnOf(vehicle);
  const odometer = kilometresOf(signalOf(vehicle.signals, 'odometer-traveleddistance'));
  return (
    <div className="rowgrid" role="row" aria-rowindex={index + 2} data-chosen={choice.isChosen || undefined}>
      <span role="cell">
        <ChoiceBox vehicle={vehicle} choice={choice} />
      </span>
      <span role="cell" className="rowname">
        <PlainLink href={paths.vehicle(vehicle.id)} data-vehicle={vehicle.id}>
          {vehicle.number}
        </PlainLink>
        <SmartcarBadge connection={vehicle.connection} />
        {vehicle.rental ? <RentalTag rental={vehicle.rental} brief /> : null}
      </span>
      <span role="cell" className="clip">
        {carName(vehicle) ?? unknown}
      </span>
      <span role="cell" title={vehicle.connection?.causeText ?? undefined}>
        <StatusMark brief status={statusOf(vehicle)} suspicion={vehicle.connection?.suspicion?.text ?? null} />
      </span>
      <span role="cell">{turn ? <TurnChip next={turn} /> : <span className="quiet">{unknown}</span>}</span>
      <span role="cell">
        <EnergyGauge energy={energyOf(vehicle.signals, vehicle.powertrain)} compact />
      </span>
      <span role="cell">
        <LockState vehicle={vehicle} />
      </span>
      <span role="cell" data-number>
        {distance(odometer, units)}
      </span>
      <span role="cell">
        <FreshnessMark freshness={vehicle.freshness} />
      </span>
      <span role="cell" className="clip">
        {vehicle.owner?.name ?? unknown}
      </span>
    </div>
  );
}
