/** What rentals ask of a person: cars that can't be handed over, and renters who are late. */
import { useCall } from '../api.ts';
import { count } from '../format.ts';
import { paths } from '../paths.ts';
import { TurnLine } from './turn-line.tsx';

const most = 100;

/** Lines of a list; none for a fleet that never told of a rental. */
export function RentalTurns(): React.JSX.Element | null {
  const any = useCall('listRentals', { query: { limit: 1 } });
  const usesRentals = (any.data?.items.length ?? 0) > 0;
  const notReady = useCall('countVehicles', { query: { readiness: 'notReady' } }, { enabled: usesRentals });
  const overdue = useCall('listRentals', { query: { overdue: 'true', limit: most } }, { enabled: usesRentals });
  if (!usesRentals) return null;
  const late = overdue.data?.items.length ?? 0;
  return (
    <>
      {late > 0 ? (
        <TurnLine
          href={paths.rentals({ overdue: 'true' })}
          number={`${count(late)}${overdue.data?.nextCursor ? '+' : ''}`}
          name="Overdue"
        >
          rentals beyond their planned end
        </TurnLine>
      ) : null}
      {notReady.data ? (
        <TurnLine href={paths.vehicles({ readiness: 'notReady' })} number={count(notReady.data.count)} name="Not ready">
          {notReady.data.count > 0 ? 'for their next renter' : 'every car is ready for its next renter'}
        </TurnLine>
      ) : null}
    </>
  );
}
