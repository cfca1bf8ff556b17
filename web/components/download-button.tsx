/** A button that saves a table. By hand and not as a link: which fleet is meant stands in a header. */
import type { ButtonProps } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { UseMutationResult } from '@tanstack/react-query';
import { Download } from 'lucide-react';

import type { FileQuery } from '../../src/http/contract/files.ts';
import type { FileName } from '../../src/http/contract/paths.ts';
import { fetchFile } from '../api.ts';
import { ReasonedButton } from '../ui/reasoned-button.tsx';
import { tellProblem } from './tell.tsx';

interface Wanted<N extends FileName> {
  id?: string;
  query?: FileQuery<N>;
}

/** Fetches a file and hands it to the browser to save. */
export function useDownload<N extends FileName>(name: N): UseMutationResult<void, Error, Wanted<N>> {
  return useMutation<void, Error, Wanted<N>>({
    mutationFn: async (wanted) => save(await fetchFile(name, wanted)),
    onError: tellProblem,
  });
}

function save({ name, content }: { name: string; content: Blob }): void {
  const url = URL.createObjectURL(content);
  Object.assign(document.createElement('a'), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

type DownloadButtonProps<N extends FileName> = ButtonProps &
  Wanted<N> & {
    file: N;
    /** Why it can't be pressed; absent or null when it can. */
    reason?: string | null;
    children: React.ReactNode;
  };

export function DownloadButton<N extends FileName>({
  file,
  id,
  query,
  reason = null,
  ...rest
}: DownloadButtonProps<N>): React.JSX.Element {
  const download = useDownload(file);
  const wanted: Wanted<N> = { ...(id === undefined ? {} : { id }), ...(query === undefined ? {} : { query }) };
  return (
    <ReasonedButton
      variant="default"
      leftSection={<Download size={14} />}
      {...rest}
      reason={reason}
      loading={download.isPending}
      onClick={() => download.mutate(wanted)}
    />
  );
}
