/** Which fleet gets the chosen connections, whose they are and what the vehicles are called; then what came of each. */
import { Button, Drawer, Group, Progress, Select, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';

import type { AdoptableView } from '../../src/http/contract/reconciliation.ts';
import { useAdoptionRun } from '../adoption-run.ts';
import type { AdoptionRun, Wish } from '../adoption-run.ts';
import { useCall } from '../api.ts';
import { useMe } from '../components/me.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { StateTag } from '../components/state-tag.tsx';
import { count } from '../format.ts';
import { paths } from '../paths.ts';
import { TextLink } from '../ui/link.tsx';
import { carName } from '../words.ts';
import { orAbsent } from './fields.ts';

interface AdoptDrawerProps {
  opened: boolean;
  connections: readonly AdoptableView[];
  onClose: () => void;
}

export function AdoptDrawer({ opened, connections, onClose }: AdoptDrawerProps): React.JSX.Element {
  return (
    <Drawer opened={opened} onClose={onClose} size="lg" title={`Adopt ${connectionsText(connections.length)}`}>
      <Adopt connections={connections} onClose={onClose} />
    </Drawer>
  );
}

const connectionsText = (number: number): string => `${count(number)} ${number === 1 ? 'connection' : 'connections'}`;

/** More than these nobody numbers by hand. */
const mostNumbered = 30;

function Adopt({ connections, onClose }: Omit<AdoptDrawerProps, 'opened'>): React.JSX.Element {
  const { me } = useMe();
  const [fleetId, setFleetId] = useState(me?.fleet.id ?? '');
  const [ownerId, setOwnerId] = useState<string | null>(null);
  const [numbers, setNumbers] = useState<Readonly<Record<string, string>>>({});
  const run = useAdoptionRun();
  const wishes = connections.flatMap((one): Wish[] => {
    const { smartcarConnectionId } = one;
    if (smartcarConnectionId === null) return [];
    const number = orAbsent(numbers[smartcarConnectionId] ?? '');
    return [{ smartcarConnectionId, fleetId, ...(number ? { number } : {}), ...(ownerId ? { ownerId } : {}) }];
  });
  if (run.isRunning || run.results.size > 0 || run.problem) {
    return <AdoptionResults run={run} connections={connections} isHere={fleetId === me?.fleet.id} onClose={onClose} />;
  }
  return (
    <Stack gap="sm">
      <Select
        label="Fleet"
        allowDeselect={false}
        data={(me?.fleets ?? []).map(({ id, name }) => ({ value: id, label: name }))}
        value={fleetId}
        onChange={(value) => {
          setFleetId(value ?? '');
          setOwnerId(null);
        }}
      />
      <OwnerOf key={fleetId} fleetId={fleetId} onChoose={setOwnerId} many={connections.length > 1} />
      {connections.length <= mostNumbered ? (
        connections.map((one) => (
          <TextInput
            key={one.smartcarConnectionId}
            label={`Number of ${carName(one) ?? one.smartcarVehicleId}`}
            placeholder="Chosen by Towline"
            value={numbers[one.smartcarConnectionId ?? ''] ?? ''}
            onChange={(event) => {
              const { value } = event.currentTarget;
              setNumbers((before) => ({ ...before, [one.smartcarConnectionId ?? '']: value }));
            }}
          />
        ))
      ) : (
        <Text size="sm" c="dimmed">
          Towline chooses the numbers. They can be changed later, one by one or by importing a list with the VINs.
        </Text>
      )}
      <Text size="sm">
        {costOf(connections)} Their owners have nothing to do. Afterwards each car is subscribed and read for the first
        time, about three requests each, as fast as Smartcar’s limit allows.
      </Text>
      <Group justify="flex-end" mt="sm">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button disabled={wishes.length === 0 || fleetId === ''} onClick={() => run.start(wishes)}>
          Adopt {connectionsText(wishes.length)}
        </Button>
      </Group>
    </Stack>
  );
}

function costOf(connections: readonly AdoptableView[]): string {
  const requests = connections.reduce((sum, one) => sum + one.requests, 0);
  return requests === 0
    ? 'They were listed a moment ago, so adopting them needs no request to Smartcar.'
    : `${count(requests)} of them were listed a while ago and are looked up first, one request each.`;
}

function OwnerOf({
  fleetId,
  many,
  onChoose,
}: {
  fleetId: string;
  many: boolean;
  onChoose: (id: string | null) => void;
}): React.JSX.Element {
  const [text, setText] = useState('');
  const [q] = useDebouncedValue(text, 200);
  const [chosen, setChosen] = useState<{ value: string; label: string } | null>(null);
  // The box holds the chosen name after choosing; searching for that would hide everybody else.
  const query = { limit: 20, q: q === chosen?.label ? '' : q };
  const owners = useCall('listOwners', { query, fleet: fleetId }, { enabled: fleetId !== '' });
  const known = (owners.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }));
  const kept = chosen && !known.some(({ value }) => value === chosen.value) ? [chosen] : [];
  return (
    <Select
      label={many ? 'Owner of all of them' : 'Owner'}
      description="Who is written to when it breaks; it can be said later"
      placeholder="Nobody yet"
      searchable
      clearable
      data={[...kept, ...known]}
      value={chosen?.value ?? null}
      filter={({ options }) => options}
      nothingFoundMessage="Nobody with this name in this fleet"
      onSearchChange={setText}
      onChange={(value, option) => {
        setChosen(value && option ? { value, label: String(option.label) } : null);
        onChoose(value);
      }}
    />
  );
}

interface AdoptionResultsProps {
  run: AdoptionRun;
  connections: readonly AdoptableView[];
  /** The vehicles are in the fleet that is looked at. */
  isHere: boolean;
  onClose: () => void;
}

function AdoptionResults({ run, connections, isHere, onClose }: AdoptionResultsProps): React.JSX.Element {
  const { isRunning, results, left, problem } = run;
  const done = connections.length - left.length;
  const told = connections.filter((one) => results.has(one.smartcarConnectionId ?? ''));
  return (
    <Stack gap="sm">
      <Progress.Root size="lg">
        <Progress.Section value={(100 * done) / connections.length} animated={isRunning} aria-label="Adopted" />
      </Progress.Root>
      <Text size="sm" role="status">
        {count(done)} of {connectionsText(connections.length)}
        {isRunning ? '. Keep this open until it is done.' : ''}
      </Text>
      {problem ? <ProblemNotice problem={problem} /> : null}
      {!isRunning && left.length > 0 ? (
        <Group gap="sm">
          <Text size="sm">
            {count(left.length)} are left.{' '}
            {problem
              ? ''
              : 'Smartcar’s requests are used up for the moment; wait a minute, or compare the lists first.'}
          </Text>
          <Button size="xs" onClick={() => run.start(left)}>
            Go on
          </Button>
        </Group>
      ) : null}
      <ul className="lines">
        {told.map((one) => (
          <ResultLine key={one.smartcarConnectionId} one={one} run={run} isHere={isHere} />
        ))}
      </ul>
      {isRunning ? null : (
        <Group justify="flex-end">
          <Button onClick={onClose}>Done</Button>
        </Group>
      )}
    </Stack>
  );
}

function ResultLine({
  one,
  run,
  isHere,
}: {
  one: AdoptableView;
  run: AdoptionRun;
  isHere: boolean;
}): React.JSX.Element | null {
  const result = run.results.get(one.smartcarConnectionId ?? '');
  if (!result) return null;
  const name = carName(one) ?? one.smartcarVehicleId;
  const isLeft = run.left.some(({ smartcarConnectionId }) => smartcarConnectionId === one.smartcarConnectionId);
  const [tone, word] = result.vehicleId
    ? (['good', 'Adopted'] as const)
    : isLeft
      ? (['wait', 'Waits'] as const)
      : (['bad', 'Not adopted'] as const);
  return (
    <li className="entry">
      <StateTag tone={tone}>{word}</StateTag>
      <div className="entry-body">
        {result.vehicleId && isHere ? (
          <TextLink href={paths.vehicle(result.vehicleId)}>{name}</TextLink>
        ) : (
          <span>{name}</span>
        )}
        {result.text ? <span className="quiet">{result.text}</span> : null}
      </div>
    </li>
  );
}
