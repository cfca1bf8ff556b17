/** Ending an incident by hand: owners are asked again. Asks once. */
import { Button, Group, Modal, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';

import type { IncidentView } from '../../src/http/contract/incidents.ts';
import { useAct } from '../api.ts';
import { count } from '../format.ts';
import { ReasonedButton } from '../ui/reasoned-button.tsx';
import { useMe } from './me.ts';
import { ProblemNotice } from './problem-notice.tsx';
import { tellDone } from './tell.tsx';

export function IncidentEnd({ incident }: { incident: IncidentView }): React.JSX.Element {
  const { may } = useMe();
  const [opened, { open, close }] = useDisclosure(false);
  const end = useAct(
    'endIncident',
    ['listIncidents', 'listAlerts', 'listVehicles', 'getVehicle', 'getOverview'],
    () => {
      tellDone(`${incident.name}: ended. Each vehicle is read now.`);
      close();
    },
  );
  const { failingCount: failing, name } = incident;
  return (
    <Group mt="md">
      <ReasonedButton variant="default" reason={may('endIncident')} onClick={open}>
        Ask owners all the same
      </ReasonedButton>
      <Modal opened={opened} onClose={close} title={`End the incident of ${name}?`} centered>
        <Text mb="md">
          {count(failing)} {failing === 1 ? 'vehicle is' : 'vehicles are'} read again. Where that shows that an owner
          has to sign in, the owner is written to. If the manufacturer’s machines are down after all, they are written
          to for nothing.
        </Text>
        {end.error ? <ProblemNotice problem={end.error} /> : null}
        <Group justify="flex-end">
          <Button variant="default" onClick={close} data-autofocus>
            Leave it open
          </Button>
          <Button loading={end.isPending} onClick={() => end.mutate({ id: incident.id, body: {} })}>
            End it and ask owners
          </Button>
        </Group>
      </Modal>
    </Group>
  );
}
