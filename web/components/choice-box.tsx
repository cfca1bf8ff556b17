import { Checkbox } from '@mantine/core';
import type { MouseEvent } from 'react';

/** Whether a vehicle is chosen, and what a press does. */
export interface Choice {
  isChosen: boolean;
  /** As a range from the one pressed before, where that is asked for. */
  toggle: (asRange: boolean) => void;
}

/** With Shift a browser would mark the text between two presses. */
export function keepText(event: MouseEvent): void {
  if (event.shiftKey) event.preventDefault();
}

/** By mouse or Space; with Shift, everything from the one pressed before. */
export function ChoiceBox({ vehicle, choice }: { vehicle: { number: string }; choice: Choice }): React.JSX.Element {
  return (
    <span className="choice">
      <Checkbox
        size="xs"
        aria-label={`Choose ${vehicle.number}`}
        checked={choice.isChosen}
        // The press says whether Shift was held; the change that follows does not.
        onChange={() => undefined}
        onClick={(event) => {
          event.stopPropagation();
          choice.toggle(event.shiftKey);
        }}
        onMouseDown={keepText}
      />
    </span>
  );
}
