import { Stack, Text, Title } from '@mantine/core';

interface EmptyProps {
  icon: React.ReactNode;
  title: string;
  /** What this is and how it fills. */
  children: React.ReactNode;
  /** The one button. */
  action?: React.ReactNode;
}

/** A place with nothing in it yet, that says what will be there. */
export function Empty({ icon, title, children, action }: EmptyProps): React.JSX.Element {
  return (
    <Stack align="center" gap="xs" py={48} px="md" ta="center">
      <span className="empty-icon" aria-hidden>
        {icon}
      </span>
      <Title order={2}>{title}</Title>
      <Text c="dimmed" maw={440}>
        {children}
      </Text>
      {action}
    </Stack>
  );
}
