import { Lock, LockOpen } from 'lucide-react';

import type { VehicleView } from '../../src/http/contract/vehicles.ts';
import { distance, kilometresOf, signalOf, unknown } from '../format.ts';
import { paths } from '../paths.ts';
import { useUnits } from '../preferences.ts';
import { PlainLink } from '../ui/link.tsx';
import { carName } from '../words.ts';
import { ChoiceBox, keepText } from './choice-box.tsx';
import type { Choice } from './choice-box.tsx';
import { energyOf, EnergyGauge } from './energy-gauge.tsx';
import { FreshnessMark } from './freshness-mark.tsx';
import { RentalTag } from './rental-marks.tsx';
import { SmartcarBadge } from './smartcar-badge.tsx';
import { StatusMark } from './status-mark.tsx';
import { TurnChip } from './turn-chip.tsx';

export const statusOf = (vehicle: VehicleView): string => vehicle.connection?.status ?? 'unconnected';

/** What somebody has to do: for the connection first, for its age otherwise. Null when nobody has to do anything. */
export function turnOf(vehicle: VehicleView): NonNullable<VehicleView['freshness']['nextAction']> | null {
  const next = vehicle.connection?.nextAction ?? vehicle.freshness.nextAction;
  return next && next.who !== 'nobody' ? next : null;
}

export function LockState({ vehicle }: { vehicle: VehicleView }): React.JSX.Element {
  const value = signalOf(vehicle.signals, 'closure-islocked')?.value;
  if (typeof value !== 'boolean') return <span className="quiet">{unknown}</span>;
  const Icon = value ? Lock : LockOpen;
  return (
    <span className="lock" data-open={!value || undefined}>
      <Icon size={14} aria-hidden />
      {value ? 'Locked' : 'Unlocked'}
    </span>
  );
}

/** Opens the vehicle; while some are being chosen, chooses it instead. */
export function VehicleCard({ vehicle, choice }: { vehicle: VehicleView; choice: Choice | null }): React.JSX.Element {
  if (!choice) {
    return (
      <PlainLink href={paths.vehicle(vehicle.id)} className="card" data-vehicle={vehicle.id}>
        <CardBody vehicle={vehicle} />
      </PlainLink>
    );
  }
  return (
    // The box is what a keyboard reaches; the whole card is what a finger does.
    <div
      className="card card-choosing"
      data-chosen={choice.isChosen || undefined}
      onMouseDown={keepText}
      onClick={(event) => choice.toggle(event.shiftKey)}
    >
      <ChoiceBox vehicle={vehicle} choice={choice} />
      <CardBody vehicle={vehicle} />
    </div>
  );
}

function CardBody({ vehicle }: { vehicle: VehicleView }): React.JSX.Element {
  const units = useUnits();
  const { connection } = vehicle;
  const turn = turnOf(vehicle);
  return (
    <>
      <span className="card-head">
        <strong>{vehicle.number}</strong>
        <span className="clip quiet">{carName(vehicle) ?? 'Make not known yet'}</span>
        <SmartcarBadge connection={connection} />
      </span>
      <span className="card-row">
        <StatusMark status={statusOf(vehicle)} suspicion={connection?.suspicion?.text ?? null} />
        <FreshnessMark freshness={vehicle.freshness} />
      </span>
      <EnergyGauge energy={energyOf(vehicle.signals, vehicle.powertrain)} />
      <span className="card-row">
        <LockState vehicle={vehicle} />
        {vehicle.rental ? <RentalTag rental={vehicle.rental} /> : null}
        <span>{distance(kilometresOf(signalOf(vehicle.signals, 'odometer-traveleddistance')), units)}</span>
      </span>
      <span className="card-foot">
        {connection?.causeText ? (
          <span className="cause">{connection.causeText}</span>
        ) : (
          <span className="clip quiet">{[vehicle.plate, vehicle.owner?.name].filter(Boolean).join(' · ')}</span>
        )}
        {turn ? <TurnChip next={turn} /> : null}
      </span>
    </>
  );
}
