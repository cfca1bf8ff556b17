/** What the vehicle reports: the few values that matter large, all of them with their three times. */
import { Text, Title } from '@mantine/core';

import type { SignalView, VehicleView } from '../../src/http/contract/vehicles.ts';
import { distance, kilometresOf, signalOf, signalText, unknown } from '../format.ts';
import { useUnits } from '../preferences.ts';
import { Copyable } from '../ui/copyable.tsx';
import { Age } from './age.tsx';
import { energyOf, EnergyGauge } from './energy-gauge.tsx';
import { freshnessWords, FreshnessDot, FreshnessMark } from './freshness-mark.tsx';
import { LockState } from './vehicle-card.tsx';

export function Telemetry({ vehicle }: { vehicle: VehicleView }): React.JSX.Element {
  const units = useUnits();
  const { signals } = vehicle;
  const position = signalOf(signals, 'location-preciselocation');
  const positionText = position ? signalText(position, units) : null;
  return (
    <section className="panel" aria-labelledby="telemetry-title">
      <div className="panel-head">
        <Title order={2} id="telemetry-title">
          Telemetry
        </Title>
        <FreshnessMark freshness={vehicle.freshness} />
      </div>
      <div className="glance">
        <div>
          <span className="glance-name">Energy</span>
          <EnergyGauge energy={energyOf(signals, vehicle.powertrain)} />
        </div>
        <div>
          <span className="glance-name">Lock</span>
          <LockState vehicle={vehicle} />
        </div>
        <div>
          <span className="glance-name">Odometer</span>
          {distance(kilometresOf(signalOf(signals, 'odometer-traveleddistance')), units)}
        </div>
        <div>
          <span className="glance-name">Position</span>
          {positionText ? <Copyable value={positionText} label="Copy coordinates" /> : unknown}
        </div>
      </div>
      {signals.length === 0 ? (
        <Text size="sm" c="dimmed" mt="md">
          {vehicle.connection
            ? (vehicle.freshness.text ??
              'No value has arrived yet. Smartcar fetches the first ones within minutes of the owner’s sign-in.')
            : 'Values appear here once the vehicle is connected.'}
        </Text>
      ) : (
        <SignalTable signals={signals} />
      )}
    </section>
  );
}

function SignalTable({ signals }: { signals: readonly SignalView[] }): React.JSX.Element {
  const units = useUnits();
  return (
    <div className="scroll-x" tabIndex={0} role="region" aria-label="All signals">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Signal</th>
            <th scope="col">Value</th>
            <th scope="col">Measured</th>
            <th scope="col">Fetched</th>
            <th scope="col">Received</th>
          </tr>
        </thead>
        <tbody>
          {signals.map((signal) => (
            <tr key={signal.code} data-stale={signal.freshness === 'stale' || undefined}>
              <th scope="row" title={signal.code}>
                {signal.name}
              </th>
              <td className="value">
                <FreshnessDot state={signal.freshness} />
                <span className="unseen">{freshnessWords[signal.freshness]}: </span>
                {signalText(signal, units)}
              </td>
              <td>
                <Age at={signal.measuredAt} />
              </td>
              <td>
                <Age at={signal.fetchedAt} />
              </td>
              <td>
                <Age at={signal.receivedAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
