import { Button } from '@mantine/core';

/** The button below a list that has more. */
export function Older({
  list,
  children,
}: {
  list: { hasMore: boolean; isFetchingMore: boolean; loadMore: () => void };
  children: string;
}): React.JSX.Element | null {
  if (!list.hasMore) return null;
  return (
    <Button variant="default" mt="md" loading={list.isFetchingMore} onClick={list.loadMore}>
      {children}
    </Button>
  );
}
