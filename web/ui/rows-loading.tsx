import { Skeleton } from '@mantine/core';

/** Keeps the place of a list that is on its way. */
export function RowsLoading({ of, height = 52 }: { of: string; height?: number }): React.JSX.Element {
  return (
    <div className="rows-loading" role="status" aria-label={`Loading ${of}`}>
      {Array.from({ length: 8 }, (_, index) => (
        <Skeleton key={index} height={height} radius="sm" />
      ))}
    </div>
  );
}
