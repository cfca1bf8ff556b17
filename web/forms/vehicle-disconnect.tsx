import { Button, Group, Modal, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';

import type { VehicleView } from '../../src/http/contract/vehicles.ts';
import { keyOf, useAct } from '../api.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { tellDone } from '../components/tell.tsx';
import { harm } from '../theme.ts';

interface DisconnectDialogProps {
  vehicle: VehicleView;
  opened: boolean;
  onClose: () => void;
}

/** Asks once, naming the vehicle. */
export function DisconnectDialog({ vehicle, opened, onClose }: DisconnectDialogProps): React.JSX.Element {
  const client = useQueryClient();
  const disconnect = useAct(
    'disconnectVehicle',
    ['listVehicles', 'listTimeline', 'getOverview', 'listAlerts'],
    (fresh) => {
      client.setQueryData(keyOf('getVehicle', { id: vehicle.id }), fresh);
      tellDone(`${vehicle.number} is disconnected. Its history stays.`);
      onClose();
    },
  );
  return (
    <Modal opened={opened} onClose={onClose} title={`Disconnect ${vehicle.number}?`} centered>
      <Text mb="md">
        Its history stays. Towline can no longer read or lock it, and the access is taken back at Smartcar. To connect
        it again, the owner has to sign in anew.
      </Text>
      {disconnect.error ? <ProblemNotice problem={disconnect.error} /> : null}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose} data-autofocus>
          Keep it connected
        </Button>
        <Button
          color={harm}
          loading={disconnect.isPending}
          onClick={() => disconnect.mutate({ id: vehicle.id, body: { when: 'now' } })}
        >
          Disconnect {vehicle.number}
        </Button>
      </Group>
    </Modal>
  );
}
