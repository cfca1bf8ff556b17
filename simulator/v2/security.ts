/** `GET /security`. @see docs/smartcar.md §2.4 */
import type { Reading } from './reads.ts';

interface Opening {
  type: string;
  status: string;
}

/** Closures whose state a car doesn't tell are UNKNOWN; lists that it doesn't have at all are empty. */
export function securityBody(reading: Reading): Record<string, unknown> {
  const { car, signal } = reading;
  const isLocked = signal('closure-islocked')['value'] === true;
  const isElectric = car.model.batteryKwh > 0;
  const hasFrontTrunk = car.make.make === 'TESLA';
  return {
    isLocked,
    doors: openings(reading, 'closure-doors', isLocked ? reading.lockedDoor : 'CLOSED'),
    windows: openings(reading, 'closure-windows', 'CLOSED'),
    sunroof: [],
    storage: [
      { type: 'rear', status: hasFrontTrunk ? 'CLOSED' : 'UNKNOWN' },
      ...(hasFrontTrunk ? [{ type: 'front', status: 'CLOSED' }] : []),
    ],
    chargingPort: isElectric ? [{ type: 'chargingPort', status: hasFrontTrunk ? 'CLOSED' : 'UNKNOWN' }] : [],
  };
}

function openings({ signal }: Reading, code: string, closed: string): Opening[] {
  const values = (signal(code)['values'] ?? []) as { row: number; column: number; isOpen: boolean }[]; // the catalogue's own body
  return values.map(({ row, column, isOpen }) => ({
    type: `${row === 0 ? 'front' : 'back'}${column === 0 ? 'Left' : 'Right'}`,
    status: isOpen ? 'OPEN' : closed,
  }));
}
