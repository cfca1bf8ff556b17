/** Everything about one connection: what is broken, whose turn it is, what to press. */
import { Text, Title } from '@mantine/core';

import { CloudOff } from 'lucide-react';

import type { ConnectionView, VehicleView } from '../../src/http/contract/vehicles.ts';
import type { RunningCheck } from '../check.ts';
import { count, signalText, signalOf, unknown } from '../format.ts';
import { paths } from '../paths.ts';
import { useUnits } from '../preferences.ts';
import { Copyable } from '../ui/copyable.tsx';
import { Fact, Facts } from '../ui/facts.tsx';
import { TextLink } from '../ui/link.tsx';
import { carName, permissionWord } from '../words.ts';
import { Age } from './age.tsx';
import { ConnectionActions } from './connection-actions.tsx';
import { EndingNotice } from './ending-notice.tsx';
import { energyOf } from './energy-gauge.tsx';
import { FreshnessMark } from './freshness-mark.tsx';
import { HeldGrants } from './held-grant.tsx';
import { SmartcarBadge } from './smartcar-badge.tsx';
import { StatusMark } from './status-mark.tsx';
import { TurnChip } from './turn-chip.tsx';
import { statusOf } from './vehicle-card.tsx';

export function ConnectionPanel({ vehicle, check }: { vehicle: VehicleView; check: RunningCheck }): React.JSX.Element {
  const { connection } = vehicle;
  return (
    <section className="panel connection" aria-labelledby="connection-title" data-status={statusOf(vehicle)}>
      <div className="panel-head">
        <Title order={2} id="connection-title">
          Connection
        </Title>
        <SmartcarBadge connection={connection} />
      </div>
      <div className="connection-status">
        <StatusMark status={statusOf(vehicle)} suspicion={connection?.suspicion?.text ?? null} large />
        {connection ? (
          <span className="quiet">
            since <Age at={connection.since} moment />
          </span>
        ) : null}
      </div>
      {connection?.causeText ? <Text>{connection.causeText}</Text> : null}
      {connection?.suspicion ? <Suspicion suspicion={connection.suspicion} /> : null}
      {connection?.incident ? <PartOfIncident incident={connection.incident} /> : null}
      {connection?.note ? <CarNote note={connection.note} /> : null}
      {connection ? (
        connection.nextAction ? (
          <div className="next">
            <TurnChip next={connection.nextAction} />
          </div>
        ) : null
      ) : vehicle.toConfirm ? null : (
        <Text c="dimmed">
          This vehicle was never connected. Its owner has to agree once, with the manufacturer’s login.
        </Text>
      )}
      {connection?.ending ? <EndingNotice ending={connection.ending} /> : null}
      {connection?.request ? <OwnerRequest request={connection.request} toConfirm={vehicle.toConfirm} /> : null}
      <HeldGrants vehicleId={vehicle.id} />
      <ConnectionActions vehicle={vehicle} check={check} />
      <ConnectionFacts vehicle={vehicle} />
    </section>
  );
}

function Suspicion({ suspicion }: { suspicion: NonNullable<ConnectionView['suspicion']> }): React.JSX.Element {
  return (
    <p className="suspicion">
      <span className="pulse" aria-hidden /> {suspicion.text} Claimed <Age at={suspicion.claimedAt} />; decided by{' '}
      <Age at={suspicion.deadlineAt} moment /> at the latest.
    </p>
  );
}

/** Many fail together: nobody's turn but the manufacturer's. */
function PartOfIncident({ incident }: { incident: NonNullable<ConnectionView['incident']> }): React.JSX.Element {
  return (
    <p className="suspicion">
      <CloudOff size={16} aria-hidden /> {incident.text} Since <Age at={incident.openedAt} moment />.{' '}
      <TextLink href={paths.incidents()}>Incident</TextLink>
    </p>
  );
}

/** What the car itself answered last; the connection is not in doubt for it. */
function CarNote({ note }: { note: NonNullable<ConnectionView['note']> }): React.JSX.Element {
  return (
    <Text size="sm" c="dimmed">
      {note.text} Since <Age at={note.since} moment />. {note.nextAction.text}.
    </Text>
  );
}

/** What the owner was asked, how far they came. */
function OwnerRequest({
  request,
  toConfirm,
}: {
  request: NonNullable<ConnectionView['request']>;
  toConfirm: boolean;
}): React.JSX.Element {
  const { askedAt, openedAt, returnedAt } = request;
  return (
    <Text size="sm" c="dimmed" className="request">
      Owner asked <Age at={askedAt} moment /> ·{' '}
      {openedAt ? (
        <>
          opened <Age at={openedAt} moment />
        </>
      ) : (
        'not opened'
      )}{' '}
      ·{' '}
      {toConfirm ? (
        'came back with a car'
      ) : returnedAt ? (
        <>
          came back <Age at={returnedAt} moment />, waiting for proof
        </>
      ) : (
        'not finished'
      )}
    </Text>
  );
}

function ConnectionFacts({ vehicle }: { vehicle: VehicleView }): React.JSX.Element {
  const { connection } = vehicle;
  return (
    <Facts>
      <Fact name="Vehicle">{carName(vehicle) ?? unknown}</Fact>
      <Fact name="VIN">
        {vehicle.vin ? (
          <Copyable value={vehicle.vin} label="Copy VIN">
            {<span className="mono">{vehicle.vin}</span>}
          </Copyable>
        ) : (
          unknown
        )}
      </Fact>
      <Fact name="Owner">{vehicle.owner?.name ?? unknown}</Fact>
      {connection ? <PermissionFact connection={connection} /> : null}
      <Fact name="Last telemetry">
        <LastTelemetry vehicle={vehicle} />
      </Fact>
      {connection ? (
        <>
          <Fact name="Last success">
            {connection.lastSuccess ? (
              <>
                {connection.lastSuccess.kind === 'command' ? 'command' : 'data request'} ·{' '}
                <Age at={connection.lastSuccess.at} />
              </>
            ) : (
              unknown
            )}
          </Fact>
          <Fact name="Next read">
            {connection.nextPollAt ? (
              <Age at={connection.nextPollAt} ahead />
            ) : connection.status === 'disconnected' ? (
              'none: disconnected'
            ) : (
              'paused until repaired'
            )}
          </Fact>
          <Fact name="Requests this month">
            {count(connection.requests.used)} of {count(connection.requests.allowed)}
            {connection.requests.usedUp ? (
              <span className="quiet"> · used up; it is read again when it has some</span>
            ) : null}
          </Fact>
          <Fact name="Lapses">
            {connection.lapsesAt ? (
              <Age at={connection.lapsesAt} moment />
            ) : (
              <span title="Smartcar documents no limit for this kind of connection.">not known</span>
            )}
          </Fact>
          <Fact name="Messages from Smartcar">
            {connection.subscribed ? 'subscribed' : 'not subscribed; read by schedule only'}
          </Fact>
          <Fact name="Connected">
            <Age at={connection.connectedAt} moment />
          </Fact>
        </>
      ) : null}
    </Facts>
  );
}

function PermissionFact({
  connection: { permissions, cause },
}: {
  connection: Pick<ConnectionView, 'permissions' | 'cause'>;
}): React.JSX.Element {
  const { granted, missing } = permissions;
  return (
    <Fact name="Permissions">
      {granted.length > 0 ? granted.map(permissionWord).join(', ') : 'none'}
      {cause === 'permissionMissing' && missing.length === 0 ? (
        <span className="quiet"> · one is missing, and Smartcar did not say which</span>
      ) : missing.length > 0 ? (
        <ul className="missing" aria-label="Missing permissions">
          {missing.map(({ permission, text }) => (
            <li key={permission}>missing: {text}</li>
          ))}
        </ul>
      ) : (
        <span className="quiet"> · nothing missing</span>
      )}
    </Fact>
  );
}

/** Signals that say how a car does, the most telling first. */
const telling = (energy: 'battery' | 'fuel'): string[] => [
  energy === 'fuel' ? 'internalcombustionengine-fuellevel' : 'tractionbattery-stateofcharge',
  'odometer-traveleddistance',
  'closure-islocked',
  'location-preciselocation',
];

/** The newest value that matters, with the car's clock and ours. */
function LastTelemetry({ vehicle }: { vehicle: VehicleView }): React.JSX.Element {
  const units = useUnits();
  const energy = energyOf(vehicle.signals, vehicle.powertrain);
  const signal =
    telling(energy.kind)
      .map((code) => signalOf(vehicle.signals, code))
      .find((found) => found !== null) ?? null;
  if (!signal)
    return <>{vehicle.connection?.lastTelemetryAt ? <Age at={vehicle.connection.lastTelemetryAt} /> : unknown}</>;
  return (
    <>
      {signalText(signal, units)} · <FreshnessMark freshness={vehicle.freshness} />
      <span className="quiet clocks">
        measured {signal.measuredAt ? <Age at={signal.measuredAt} moment /> : 'time not told'} · received{' '}
        <Age at={signal.receivedAt} moment />
      </span>
      {vehicle.freshness.text ? <span className="quiet clocks">{vehicle.freshness.text}</span> : null}
    </>
  );
}
