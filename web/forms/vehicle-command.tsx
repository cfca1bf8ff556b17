import { Button, Group, List, Text } from '@mantine/core';

import type { VehicleView } from '../../src/http/contract/vehicles.ts';
import { Age } from '../components/age.tsx';
import { OpenModal } from '../ui/open-modal.tsx';

type Type = 'lock' | 'unlock';

const words = {
  lock: { title: 'Lock', keep: 'Leave it as it is' },
  unlock: { title: 'Unlock', keep: 'Keep it locked' },
} as const;

/** What the car said a while ago that speaks against it. */
export const cautionsAgainst = ({ cautions }: VehicleView, type: Type): VehicleView['cautions'] =>
  cautions.filter(({ against }) => against.includes(type));

/** Asks once, naming the vehicle and what speaks against it: whoever stands beside an unlocked car can get in. */
export function CommandDialog({
  vehicle,
  type,
  onSend,
  onClose,
}: {
  vehicle: VehicleView;
  type: Type;
  onSend: () => void;
  onClose: () => void;
}): React.JSX.Element {
  const { title, keep } = words[type];
  return (
    <OpenModal onClose={onClose} title={`${title} ${vehicle.number}?`} centered>
      <Cautions cautions={cautionsAgainst(vehicle, type)} />
      <Text mb="md">
        {type === 'unlock' ? 'Whoever stands beside the car can open it then. ' : ''}If it can not be sent within a
        minute, it is not sent at all.
      </Text>
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose} data-autofocus>
          {keep}
        </Button>
        <Button
          onClick={() => {
            onSend();
            onClose();
          }}
        >
          {title} {vehicle.number}
        </Button>
      </Group>
    </OpenModal>
  );
}

function Cautions({ cautions }: { cautions: VehicleView['cautions'] }): React.JSX.Element | null {
  if (cautions.length === 0) return null;
  return (
    <>
      <Text fw={600}>What the car said last may have it refuse:</Text>
      <List mb="md" mt={4}>
        {cautions.map(({ code, text, at }) => (
          <List.Item key={code}>
            {text} <Age at={at} />
          </List.Item>
        ))}
      </List>
    </>
  );
}
