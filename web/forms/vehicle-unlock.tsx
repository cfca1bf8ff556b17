import { Button, Group, Text } from '@mantine/core';

import type { VehicleView } from '../../src/http/contract/vehicles.ts';
import { OpenModal } from '../ui/open-modal.tsx';

/** Asks once, naming the vehicle: whoever stands beside it can get in. */
export function UnlockDialog({
  vehicle,
  onUnlock,
  onClose,
}: {
  vehicle: VehicleView;
  onUnlock: () => void;
  onClose: () => void;
}): React.JSX.Element {
  return (
    <OpenModal onClose={onClose} title={`Unlock ${vehicle.number}?`} centered>
      <Text mb="md">
        Whoever stands beside the car can open it then. If it can not be sent within a minute, it is not sent at all.
      </Text>
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose} data-autofocus>
          Keep it locked
        </Button>
        <Button
          onClick={() => {
            onUnlock();
            onClose();
          }}
        >
          Unlock {vehicle.number}
        </Button>
      </Group>
    </OpenModal>
  );
}
