/** What is to be seen of a rental at a glance. */
import { KeyRound } from 'lucide-react';

import type { RentalView } from '../../src/http/contract/rentals.ts';
import type { VehicleView } from '../../src/http/contract/vehicles.ts';
import { rentalStateWords } from '../words.ts';
import { StateTag } from './state-tag.tsx';
import './rentals.css';

type CurrentRental = NonNullable<VehicleView['rental']>;

/** On a vehicle among others: that it is in a rental, and in which. `brief`: the picture alone. */
export function RentalTag({ rental, brief = false }: { rental: CurrentRental; brief?: boolean }): React.JSX.Element {
  const { reference, overdue } = rental;
  const words = `${overdue ? 'Overdue rental' : 'In the rental'} ${reference}`;
  return (
    <span className="rental-tag" data-overdue={overdue || undefined} title={words}>
      <KeyRound size={13} aria-hidden />
      <span className="unseen">{words}</span>
      {brief ? null : (
        <span className="clip" aria-hidden>
          {reference}
        </span>
      )}
    </span>
  );
}

type Marked = Pick<RentalView, 'state' | 'overdue' | 'disconnectsAfter'>;

/** How far it is, and what is to be known of it. What is overdue is active. */
export function RentalMarks({ rental }: { rental: Marked }): React.JSX.Element {
  const { state, overdue, disconnectsAfter } = rental;
  return (
    <span className="rental-marks">
      {overdue ? (
        <StateTag tone="bad">Overdue</StateTag>
      ) : (
        <StateTag tone={state === 'active' ? 'good' : 'quiet'}>{rentalStateWords[state]}</StateTag>
      )}
      {disconnectsAfter ? <StateTag tone="wait">Disconnects after</StateTag> : null}
    </span>
  );
}
