/** What was known of the car when its rental began, and when it ended. */
import { Text, Title } from '@mantine/core';

import { rounded } from '../../src/domain/location-privacy.ts';
import type { SignalValue } from '../../src/domain/signal.ts';
import type { RentalView } from '../../src/http/contract/rentals.ts';
import { distance, kilometresOf, oldThen, signalText, unknown } from '../format.ts';
import { useUnits } from '../preferences.ts';
import { Copyable } from '../ui/copyable.tsx';

type Snapshot = NonNullable<RentalView['start']>;
type SeenSignal = Snapshot['signals'][number];

const odometer = 'odometer-traveleddistance';
const rows = [
  ['Odometer', odometer],
  ['Charge', 'tractionbattery-stateofcharge'],
  ['Fuel', 'internalcombustionengine-fuellevel'],
  ['Position', 'location-preciselocation'],
  ['Lock', 'closure-islocked'],
] as const;

/** A car has a battery, a tank, or both; what neither moment knows of is no row. */
const always: readonly string[] = [odometer, 'location-preciselocation', 'closure-islocked'];

const momentOf = ({ measuredAt, fetchedAt }: SeenSignal): string | null => measuredAt ?? fetchedAt;

const seenIn = (snapshot: Snapshot | null, code: string): SeenSignal | null =>
  snapshot?.signals.find((signal) => signal.code === code) ?? null;

export function RentalSnapshots({ rental }: { rental: RentalView }): React.JSX.Element {
  const { start, end, state } = rental;
  const shown = rows.filter(([, code]) => always.includes(code) || seenIn(start, code) || seenIn(end, code));
  return (
    <section className="panel" aria-labelledby="snapshots-title">
      <div className="panel-head">
        <Title order={2} id="snapshots-title">
          Start and end
        </Title>
        <Driven rental={rental} />
      </div>
      <div className="scroll-x" tabIndex={0} role="region" aria-labelledby="snapshots-title">
        <table className="table snapshots">
          <thead>
            <tr>
              <th scope="col">
                <span className="unseen">What</span>
              </th>
              <th scope="col">At the start</th>
              <th scope="col">At the end</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(([name, code]) => (
              <tr key={code}>
                <th scope="row">{name}</th>
                <Seen signal={seenIn(start, code)} />
                <Seen signal={seenIn(end, code)} />
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Text size="sm" c="dimmed" mt="sm">
        {state === 'active'
          ? 'The end is written down when the rental ends.'
          : 'As it was known in that moment. A value that was old then may have been another in truth.'}
      </Text>
    </section>
  );
}

/** Between the two. Not known where nothing newer was heard at the end: the same value twice says nothing of the way. */
function Driven({ rental: { start, end } }: { rental: RentalView }): React.JSX.Element | null {
  const units = useUnits();
  if (!end) return null;
  const [first, last] = [seenIn(start, odometer), seenIn(end, odometer)];
  const [from, to] = [kilometresOf(first), kilometresOf(last)];
  const isNewer = first !== null && last !== null && momentOf(last) !== momentOf(first);
  if (from === null || to === null || !isNewer) return <span className="quiet">distance not known</span>;
  return <span className="figure">{distance(to - from, units)} driven</span>;
}

/** Outside rentals a fleet may keep positions to about a kilometre, and that is what a start may have known. */
const isAbout = ({ value }: SeenSignal): boolean =>
  JSON.stringify(rounded(value as SignalValue)) === JSON.stringify(value); // as it was kept

function Seen({ signal }: { signal: SeenSignal | null }): React.JSX.Element {
  const units = useUnits();
  if (!signal) return <td>{unknown}</td>;
  const text = signalText({ ...signal, rounded: isAbout(signal) }, units);
  return (
    <td className="value">
      {signal.code === 'location-preciselocation' ? <Copyable value={text} label="Copy coordinates" /> : text}
      <span className="quiet snapshot-age">{oldThen(signal.ageS)}</span>
    </td>
  );
}
