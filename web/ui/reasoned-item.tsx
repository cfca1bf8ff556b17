import { Menu } from '@mantine/core';
import type { MenuItemProps } from '@mantine/core';

interface ReasonedItemProps extends MenuItemProps {
  /** Why it can't be pressed; null when it can. */
  reason: string | null;
  onClick?: (() => void) | undefined;
}

/** An item of a menu that stays reachable when it can't be pressed, and says why. */
export function ReasonedItem({ reason, onClick, children, ...rest }: ReasonedItemProps): React.JSX.Element {
  if (reason === null)
    return (
      <Menu.Item {...rest} onClick={() => onClick?.()}>
        {children}
      </Menu.Item>
    );
  const { c: _c, ...plain } = rest;
  return (
    <Menu.Item {...plain} className="menu-off" aria-disabled closeMenuOnClick={false}>
      {children}
      <span className="menu-reason">{reason}</span>
    </Menu.Item>
  );
}
