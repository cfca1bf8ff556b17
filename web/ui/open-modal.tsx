import { Modal } from '@mantine/core';
import type { ModalProps } from '@mantine/core';
import { useEffect, useState } from 'react';

/** A dialog that is there only while it is open. When it goes, the focus goes back to where it was, as with one that is closed. */
export function OpenModal(props: Omit<ModalProps, 'opened'>): React.JSX.Element {
  const [former] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      // What opened it may be gone by then: an item of a menu, a line that was acted on.
      const place = former instanceof HTMLElement && former.isConnected ? former : document.getElementById('main');
      place?.focus({ preventScroll: true });
    },
    [former],
  );
  return <Modal {...props} opened />;
}
