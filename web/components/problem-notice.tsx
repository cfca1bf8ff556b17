import { Alert, Button, Group, Text } from '@mantine/core';
import { CircleAlert } from 'lucide-react';

import { ApiProblem } from '../api.ts';
import { Copyable } from '../ui/copyable.tsx';

/** What happened, what to do, and the id that a log can be searched by. */
export function ProblemNotice({ problem, retry }: { problem: Error; retry?: () => void }): React.JSX.Element {
  const requestId = problem instanceof ApiProblem ? problem.requestId : null;
  return (
    <Alert
      color="red"
      variant="light"
      icon={<CircleAlert size={18} />}
      title="This could not be done"
      role="alert"
      mb="md"
    >
      <Text size="sm">{problem.message}</Text>
      <Group gap="md" mt="xs">
        {retry ? (
          <Button size="xs" variant="default" onClick={retry}>
            Try again
          </Button>
        ) : null}
        {requestId ? (
          <Text size="xs" component="span">
            Request{' '}
            <Copyable value={requestId} label="Copy request id">
              {<code>{requestId}</code>}
            </Copyable>
          </Text>
        ) : null}
      </Group>
    </Alert>
  );
}
