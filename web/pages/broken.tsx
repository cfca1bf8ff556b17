import { Button } from '@mantine/core';
import { CircleAlert } from 'lucide-react';

import { Empty } from '../ui/empty.tsx';

/** The page itself failed, or its part could not be loaded (a new version may have replaced it). */
export function BrokenPage(): React.JSX.Element {
  return (
    <main className="page">
      <Empty
        icon={<CircleAlert size={28} />}
        title="This page stopped working"
        action={<Button onClick={() => window.location.reload()}>Load it again</Button>}
      >
        Nothing was lost: everything is kept by the server. A new version of Towline may have been started meanwhile.
      </Empty>
    </main>
  );
}
