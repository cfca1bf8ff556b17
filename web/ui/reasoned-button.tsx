import { Button, Tooltip } from '@mantine/core';
import type { ButtonProps } from '@mantine/core';
import { useId } from 'react';

interface ReasonedButtonProps extends ButtonProps {
  /** Why it can't be pressed; null when it can. */
  reason: string | null;
  onClick?: (() => void) | undefined;
}

/** A button that stays reachable when it can't be pressed, and then says why to the eye, the finger and the ear. */
export function ReasonedButton({ reason, onClick, ...rest }: ReasonedButtonProps): React.JSX.Element {
  const id = useId();
  if (reason === null) return <Button {...rest} onClick={() => onClick?.()} />;
  return (
    <>
      <Tooltip label={reason}>
        <Button
          {...rest}
          aria-disabled
          data-disabled
          aria-describedby={id}
          onClick={(event) => event.preventDefault()}
        />
      </Tooltip>
      {/* Beside the button: inside it, the reason would be a part of the button's name. */}
      <span id={id} hidden>
        {reason}
      </span>
    </>
  );
}
