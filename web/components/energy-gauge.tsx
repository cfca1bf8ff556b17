/** What is in the battery or the tank, with the range it gives. */
import { BatteryMedium, Fuel, Zap } from 'lucide-react';

import type { SignalView } from '../../src/http/contract/vehicles.ts';
import { distance, kilometresOf, numberOf, percent, signalOf } from '../format.ts';
import { useUnits } from '../preferences.ts';

export interface Energy {
  kind: 'battery' | 'fuel';
  level: number | null;
  rangeKm: number | null;
  charging: boolean;
  stale: boolean;
}

/** The battery where the vehicle has one, the tank otherwise. A plug-in hybrid shows its battery. */
export function energyOf(signals: readonly SignalView[], powertrain: string | null): Energy {
  const fuelOnly =
    powertrain === 'ICE' ||
    powertrain === 'HEV' ||
    (!signalOf(signals, 'tractionbattery-stateofcharge') &&
      signalOf(signals, 'internalcombustionengine-fuellevel') !== null);
  const level = fuelOnly ? 'internalcombustionengine-fuellevel' : 'tractionbattery-stateofcharge';
  const range = fuelOnly ? 'internalcombustionengine-range' : 'tractionbattery-range';
  return {
    kind: fuelOnly ? 'fuel' : 'battery',
    level: numberOf(signals, level),
    rangeKm: kilometresOf(signalOf(signals, range)),
    charging: signalOf(signals, 'charge-ischarging')?.value === true,
    stale: signalOf(signals, level)?.freshness === 'stale',
  };
}

export function EnergyGauge({ energy, compact = false }: { energy: Energy; compact?: boolean }): React.JSX.Element {
  const units = useUnits();
  const { kind, level, rangeKm, charging, stale } = energy;
  const Icon = charging ? Zap : kind === 'fuel' ? Fuel : BatteryMedium;
  const name = kind === 'fuel' ? 'Fuel' : 'Battery';
  return (
    <span className="energy" data-stale={stale || undefined} data-compact={compact || undefined}>
      <Icon size={15} aria-hidden />
      <span
        className="gauge"
        role="meter"
        aria-label={charging ? `${name}, charging` : name}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={level ?? 0}
        aria-valuetext={level === null ? 'not known' : percent(level)}
      >
        <span
          style={{ width: `${Math.max(0, Math.min(100, level ?? 0))}%` }}
          data-low={(level !== null && level < 15) || undefined}
          data-kind={kind}
        />
      </span>
      <span className="gauge-level">{percent(level)}</span>
      {compact ? null : <span className="gauge-range">{distance(rangeKm, units)}</span>}
    </span>
  );
}
