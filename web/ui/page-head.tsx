import { Group, Title } from '@mantine/core';
import { useEffect } from 'react';

interface PageHeadProps {
  title: string;
  /** How old what is shown is, or how many there are. */
  note?: React.ReactNode;
  children?: React.ReactNode;
}

/** The page's name, its note, and its one or two buttons. */
export function PageHead({ title, note, children }: PageHeadProps): React.JSX.Element {
  useEffect(() => {
    document.title = `${title} · Towline`;
  }, [title]);
  return (
    <div className="page-head">
      <div className="page-title">
        <Title order={1}>{title}</Title>
        {note ? <span className="note">{note}</span> : null}
      </div>
      <Group gap="xs" wrap="nowrap">
        {children}
      </Group>
    </div>
  );
}
