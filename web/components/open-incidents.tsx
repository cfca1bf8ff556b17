import { Text, Title } from '@mantine/core';
import { CloudOff } from 'lucide-react';

import { useCall } from '../api.ts';
import { count } from '../format.ts';
import { paths } from '../paths.ts';
import { PlainLink, TextLink } from '../ui/link.tsx';
import { Age } from './age.tsx';

/** What fails together now; nothing at all where nothing does, so that it is noticed when it is there. */
export function OpenIncidents(): React.JSX.Element | null {
  const { data } = useCall('listIncidents', { query: { state: 'open', limit: 5 } });
  if (!data || data.items.length === 0) return null;
  return (
    <section className="panel incident" aria-labelledby="open-incidents">
      <div className="panel-head">
        <Title order={2} id="open-incidents">
          Incidents
        </Title>
        <TextLink href={paths.incidents()} size="sm">
          All incidents
        </TextLink>
      </div>
      <ul className="lines">
        {data.items.map(({ id, name, failingCount, vehicleCount, openedAt }) => (
          <li key={id} className="open-incident">
            <CloudOff size={16} aria-hidden />
            <PlainLink href={paths.vehicles({ incident: id })} className="line-link">
              {name}
            </PlainLink>
            <span className="quiet">
              {count(failingCount)} of {count(vehicleCount)} fail · since <Age at={openedAt} moment />
            </span>
          </li>
        ))}
      </ul>
      <Text size="sm" c="dimmed" mt="xs">
        Owners are not written to meanwhile.
      </Text>
    </section>
  );
}
