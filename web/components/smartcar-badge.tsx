import { Tooltip } from '@mantine/core';

/** Says that a vehicle speaks through Smartcar; hollow when it does not now. */
export function SmartcarBadge({
  connection,
}: {
  connection: { status: string; platform: string } | null;
}): React.JSX.Element {
  const linked = connection !== null && connection.status !== 'disconnected';
  const label = linked
    ? `Connected through Smartcar (${connection.platform})`
    : connection
      ? 'Was connected through Smartcar'
      : 'Not connected through Smartcar';
  return (
    <Tooltip label={label}>
      <span className="smartcar" data-linked={linked || undefined} role="img" aria-label={label}>
        S
      </span>
    </Tooltip>
  );
}
