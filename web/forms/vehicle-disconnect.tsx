import { Button, Group, Modal, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';

import type { VehicleView } from '../../src/http/contract/vehicles.ts';
import { keyOf, useAct } from '../api.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { afterRental } from '../components/rental-changes.ts';
import type { RentalInHand, RentedVehicle } from '../components/rental-changes.ts';
import { tellDone } from '../components/tell.tsx';
import { harm } from '../theme.ts';
import { OpenModal } from '../ui/open-modal.tsx';

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

interface DisconnectAfterProps {
  rental: RentalInHand;
  vehicle: RentedVehicle;
  onClose: () => void;
}

/** Asks once, naming the vehicle and the rental that it waits for. */
export function DisconnectAfterDialog({ rental, vehicle, onClose }: DisconnectAfterProps): React.JSX.Element {
  const wish = useAct('disconnectVehicle', afterRental, () => {
    tellDone(`${vehicle.number} is disconnected when the rental ${rental.reference} ends.`);
    onClose();
  });
  return (
    <OpenModal onClose={onClose} title={`Disconnect ${vehicle.number} after its rental?`}>
      <Text mb="md">
        It stays connected until the rental {rental.reference} ends, and is disconnected in that moment. Its history
        stays; to connect it again, the owner has to sign in anew. Until then it can be taken back.
      </Text>
      {wish.error ? <ProblemNotice problem={wish.error} /> : null}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose} data-autofocus>
          Keep it connected
        </Button>
        <Button
          color={harm}
          loading={wish.isPending}
          onClick={() => wish.mutate({ id: vehicle.id, body: { when: 'afterRental' } })}
        >
          Disconnect after {rental.reference}
        </Button>
      </Group>
    </OpenModal>
  );
}
