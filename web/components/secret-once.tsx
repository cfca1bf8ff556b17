import { Alert, Button, Group, Stack, Text } from '@mantine/core';

import { Copyable } from '../ui/copyable.tsx';

/** A secret that is shown this once. */
export function SecretOnce({
  secret,
  note,
  label,
  onClose,
}: {
  secret: string;
  note: string;
  /** What the button that copies it is called. */
  label: string;
  onClose: () => void;
}): React.JSX.Element {
  return (
    <Stack gap="md">
      <Alert color="petrol" title="Copy it now">
        {note}
      </Alert>
      <Text className="mono key" component="div">
        <Copyable value={secret} label={label} />
      </Text>
      <Group justify="flex-end">
        <Button onClick={onClose}>Done</Button>
      </Group>
    </Stack>
  );
}
