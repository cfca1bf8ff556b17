import { Button } from '@mantine/core';
import { Signpost } from 'lucide-react';

import { paths } from '../paths.ts';
import { Empty } from '../ui/empty.tsx';
import { PlainLink } from '../ui/link.tsx';

export function NotFoundPage(): React.JSX.Element {
  return (
    <main className="page">
      <Empty
        icon={<Signpost size={28} />}
        title="There is no page here"
        action={
          <Button component={PlainLink} href={paths.overview()}>
            Go to the overview
          </Button>
        }
      >
        The address may be old or mistyped.
      </Empty>
    </main>
  );
}
