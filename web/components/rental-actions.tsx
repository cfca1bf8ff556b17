/** What can be pressed for a rental that goes on. */
import { Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { CalendarPlus, CircleStop, Undo2, Unplug } from 'lucide-react';

import { useAct } from '../api.ts';
import { RentalEndDialog } from '../forms/rental-end.tsx';
import { RentalProlongDialog } from '../forms/rental-prolong.tsx';
import { DisconnectAfterDialog } from '../forms/vehicle-disconnect.tsx';
import { ReasonedButton } from '../ui/reasoned-button.tsx';
import { useMe } from './me.ts';
import { tellDone, tellProblem } from './tell.tsx';
import { afterRental } from './rental-changes.ts';
import type { RentalInHand, RentedVehicle } from './rental-changes.ts';

interface RentalActionsProps {
  rental: RentalInHand;
  vehicle: RentedVehicle;
  /** Whether the page is about this rental, so that ending it is its one main act. */
  isMain?: boolean;
}

export function RentalActions({ rental, vehicle, isMain = false }: RentalActionsProps): React.JSX.Element {
  const { may } = useMe();
  const [ending, end] = useDisclosure(false);
  const [prolonging, prolong] = useDisclosure(false);
  const [cancelling, cancel] = useDisclosure(false);
  const reason = may('rent');
  const common = { size: 'sm', reason } as const;
  return (
    <Group gap="xs" mt="md" role="group" aria-label={`Actions for the rental ${rental.reference}`}>
      <ReasonedButton
        {...common}
        variant={isMain ? 'filled' : 'default'}
        leftSection={<CircleStop size={15} />}
        onClick={end.open}
      >
        End rental
      </ReasonedButton>
      <ReasonedButton {...common} variant="default" leftSection={<CalendarPlus size={15} />} onClick={prolong.open}>
        Prolong
      </ReasonedButton>
      <AfterRentalButton rental={rental} vehicle={vehicle}>
        Disconnect when it ends
      </AfterRentalButton>
      {isMain ? (
        <ReasonedButton
          {...common}
          variant="subtle"
          color="gray"
          leftSection={<Undo2 size={15} />}
          onClick={cancel.open}
        >
          Cancel rental
        </ReasonedButton>
      ) : null}
      {ending ? <RentalEndDialog rental={rental} how="endRental" onClose={end.close} /> : null}
      {cancelling ? <RentalEndDialog rental={rental} how="cancelRental" onClose={cancel.close} /> : null}
      {prolonging ? <RentalProlongDialog rental={rental} onClose={prolong.close} /> : null}
    </Group>
  );
}

interface AfterRentalProps {
  rental: RentalInHand;
  vehicle: RentedVehicle;
  /** The wish in words. */
  children: string;
}

/** Wishes that the car is disconnected in the moment in which its rental ends, or takes the wish back. */
export function AfterRentalButton({ rental, vehicle, children }: AfterRentalProps): React.JSX.Element {
  const { may } = useMe();
  const [asking, dialog] = useDisclosure(false);
  const keeping = useAct('keepConnected', afterRental, () => tellDone(`${vehicle.number} stays connected.`));
  const reason = may('disconnect');
  if (rental.disconnectsAfter)
    return (
      <ReasonedButton
        size="sm"
        variant="default"
        leftSection={<Undo2 size={15} />}
        reason={reason}
        loading={keeping.isPending}
        onClick={() => keeping.mutate({ id: rental.id, body: {} }, { onError: tellProblem })}
      >
        Keep connected
      </ReasonedButton>
    );
  return (
    <>
      <ReasonedButton
        size="sm"
        variant="subtle"
        color="red"
        className="danger"
        leftSection={<Unplug size={15} />}
        reason={reason}
        onClick={dialog.open}
      >
        {children}
      </ReasonedButton>
      {asking ? <DisconnectAfterDialog rental={rental} vehicle={vehicle} onClose={dialog.close} /> : null}
    </>
  );
}
