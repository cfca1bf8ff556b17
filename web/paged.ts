/** Lists that are fetched a page at a time. */
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';

import type { CallName } from '../src/http/contract/paths.ts';
import type { Answer, Query } from '../src/http/contract/routes.ts';
import { call, keyOf } from './api.ts';
import type { ApiProblem } from './api.ts';

/** The calls that answer with a list and take a cursor. */
type ListName = {
  [N in CallName]: Answer<N> extends { items: unknown[]; nextCursor: string | null }
    ? Query<N> extends { cursor?: string | undefined }
      ? N
      : never
    : never;
}[CallName];
type Item<N extends ListName> = Answer<N> extends { items: (infer T)[] } ? T : never;

export interface Paged<T> {
  /** Everything fetched so far; undefined before the first page. */
  items: T[] | undefined;
  problem: ApiProblem | null;
  isPending: boolean;
  /** What is shown belongs to the former query, until the new one answers. */
  isFormer: boolean;
  isRefetchError: boolean;
  isFetchingMore: boolean;
  hasMore: boolean;
  /** Milliseconds since 1970; 0 before the first answer. */
  updatedAt: number;
  loadMore: () => void;
  refetch: () => void;
}

interface PagedOptions<N extends ListName> {
  id?: string;
  query?: Query<N>;
  /** False for lists that may be long; those are kept up to date by the live stream. */
  refetchByTime?: boolean;
}

export function usePaged<N extends ListName>(
  name: N,
  { id, query, refetchByTime = true }: PagedOptions<N> = {},
): Paged<Item<N>> {
  const list = useInfiniteQuery<Answer<N>, ApiProblem>({
    queryKey: [...keyOf(name, { id, query }), 'paged'],
    // The cursor is the only thing that is added, and every list takes one.
    queryFn: ({ pageParam, signal }) =>
      call(name, { id, query: { ...query, cursor: pageParam } as unknown as Query<N>, signal }),
    initialPageParam: undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    ...(refetchByTime ? {} : { refetchInterval: false as const }),
  });
  return {
    items: list.data?.pages.flatMap((page) => page.items as Item<N>[]), // `ListName` says that these are its items
    problem: list.error,
    isPending: list.isPending,
    isFormer: list.isPlaceholderData,
    isRefetchError: list.isRefetchError,
    isFetchingMore: list.isFetchingNextPage,
    hasMore: list.hasNextPage,
    updatedAt: list.dataUpdatedAt,
    loadMore: () => {
      if (list.hasNextPage && !list.isFetchingNextPage) void list.fetchNextPage();
    },
    refetch: () => void list.refetch(),
  };
}
