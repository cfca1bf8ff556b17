import { useCall } from '../api.ts';
import { paths } from '../paths.ts';
import { TextLink } from '../ui/link.tsx';

/** A link with the vehicle's number; the lists that name vehicles by id alone look it up in one call for all of them. */
export function VehicleName({ id }: { id: string }): React.JSX.Element {
  const vehicles = useCall('listVehicles', { query: { limit: 200 } });
  const number = vehicles.data?.items.find((vehicle) => vehicle.id === id)?.number;
  return <TextLink href={paths.vehicle(id)}>{number ?? 'vehicle'}</TextLink>;
}
