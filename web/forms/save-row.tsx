import { Button, Group, Text } from '@mantine/core';

interface SaveRowProps {
  /** Why it can't be saved by who looks at it; null when it can. */
  reason: string | null;
  isDirty: boolean;
  isSaving: boolean;
}

/** The end of a form that stays on its page. */
export function SaveRow({ reason, isDirty, isSaving }: SaveRowProps): React.JSX.Element {
  return (
    <Group>
      <Button type="submit" loading={isSaving} disabled={reason !== null || !isDirty}>
        Save
      </Button>
      {reason ? (
        <Text size="sm" c="dimmed">
          {reason}
        </Text>
      ) : null}
    </Group>
  );
}
