import { ActionIcon, CopyButton, Group, Tooltip } from '@mantine/core';
import { Check, Copy } from 'lucide-react';

/** A text with a button that copies it. `value` is copied, `children` are shown. */
export function Copyable({
  value,
  label,
  children,
}: {
  value: string;
  label: string;
  children?: React.ReactNode;
}): React.JSX.Element {
  return (
    <Group gap={4} wrap="nowrap" component="span" display="inline-flex" miw={0} maw="100%">
      <span className="clip">{children ?? value}</span>
      <CopyButton value={value} timeout={1_500}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? 'Copied' : label}>
            <ActionIcon variant="subtle" color="gray" size="sm" onClick={copy} aria-label={copied ? 'Copied' : label}>
              {copied ? <Check size={14} /> : <Copy size={14} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </Group>
  );
}
