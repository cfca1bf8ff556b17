import { Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Pencil } from 'lucide-react';

import type { Answer } from '../../src/http/contract/routes.ts';
import { unknown } from '../format.ts';
import { OwnerEditDrawer } from '../forms/owner-edit.tsx';
import { Copyable } from '../ui/copyable.tsx';
import { Fact, Facts } from '../ui/facts.tsx';
import { ReasonedButton } from '../ui/reasoned-button.tsx';
import { Age } from './age.tsx';
import { useMe } from './me.ts';

/** How an owner is reached. */
export function OwnerContact({ owner }: { owner: Answer<'getOwner'> }): React.JSX.Element {
  const { may } = useMe();
  const [editing, drawer] = useDisclosure(false);
  return (
    <section className="panel" aria-labelledby="contact-title">
      <div className="panel-head">
        <Title order={2} id="contact-title">
          Contact
        </Title>
        <ReasonedButton
          variant="subtle"
          size="xs"
          leftSection={<Pencil size={13} />}
          onClick={drawer.open}
          reason={may('changeVehicles')}
        >
          Edit
        </ReasonedButton>
      </div>
      <Facts>
        <Fact name="E-mail">{owner.email ? <Copyable value={owner.email} label="Copy address" /> : unknown}</Fact>
        <Fact name="Phone">{owner.phone ?? unknown}</Fact>
        <Fact name="Language">{owner.language}</Fact>
        <Fact name="Country">{owner.country ?? unknown}</Fact>
        <Fact name="Added">
          <Age at={owner.createdAt} moment />
        </Fact>
      </Facts>
      <OwnerEditDrawer owner={owner} opened={editing} onClose={drawer.close} />
    </section>
  );
}
