import { Button, Skeleton, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Pencil } from 'lucide-react';

import type { VehicleView } from '../../src/http/contract/vehicles.ts';
import { useCall } from '../api.ts';
import { unknown } from '../format.ts';
import { OwnerEditDrawer } from '../forms/owner-edit.tsx';
import { VehicleEditDrawer } from '../forms/vehicle-edit.tsx';
import { paths } from '../paths.ts';
import { Copyable } from '../ui/copyable.tsx';
import { Fact, Facts } from '../ui/facts.tsx';
import { TextLink } from '../ui/link.tsx';
import { ReasonedButton } from '../ui/reasoned-button.tsx';
import { useMe } from './me.ts';
import { ProblemNotice } from './problem-notice.tsx';

/** The person or company who granted access, and how they are reached. */
export function OwnerCard({ vehicle }: { vehicle: VehicleView }): React.JSX.Element {
  const { may } = useMe();
  const [editing, drawer] = useDisclosure(false);
  const [choosing, chooser] = useDisclosure(false);
  const id = vehicle.owner?.id;
  const owner = useCall('getOwner', { id }, { enabled: id !== undefined });
  const reason = may('changeVehicles');
  return (
    <section className="panel" aria-labelledby="owner-title">
      <div className="panel-head">
        <Title order={2} id="owner-title">
          Owner
        </Title>
        {id ? (
          <ReasonedButton
            variant="subtle"
            size="xs"
            leftSection={<Pencil size={13} />}
            onClick={drawer.open}
            reason={reason}
          >
            Edit
          </ReasonedButton>
        ) : null}
      </div>
      {!id ? (
        <>
          <Text size="sm" c="dimmed" mb="sm">
            No owner is known. Without one, nobody can be written to when the connection breaks.
          </Text>
          {reason === null ? (
            <Button size="xs" variant="default" onClick={chooser.open}>
              Choose an owner
            </Button>
          ) : null}
        </>
      ) : null}
      {id && owner.isPending ? <Skeleton height={110} /> : null}
      {owner.isError && !owner.data ? <ProblemNotice problem={owner.error} /> : null}
      {owner.data ? (
        <Facts>
          <Fact name="Name">
            <TextLink href={paths.owner(owner.data.id)}>{owner.data.name}</TextLink>
          </Fact>
          <Fact name="E-mail">
            {owner.data.email ? <Copyable value={owner.data.email} label="Copy address" /> : unknown}
          </Fact>
          <Fact name="Phone">{owner.data.phone ?? unknown}</Fact>
          <Fact name="Language">{owner.data.language}</Fact>
        </Facts>
      ) : null}
      {owner.data ? <OwnerEditDrawer owner={owner.data} opened={editing} onClose={drawer.close} /> : null}
      <VehicleEditDrawer vehicle={vehicle} opened={choosing} onClose={chooser.close} />
    </section>
  );
}
