import { FileButton, Button, Text } from '@mantine/core';
import { useState } from 'react';
import type { DragEvent } from 'react';

interface FileDropProps {
  /** What the button says. */
  children: string;
  /** What may be dropped, in words. */
  note: React.ReactNode;
  accept: string;
  loading: boolean;
  disabled: boolean;
  onFile: (file: File) => void;
}

/** A place to drop a file on, with a button that chooses one. */
export function FileDrop({ children, note, accept, loading, disabled, onFile }: FileDropProps): React.JSX.Element {
  const [over, setOver] = useState(false);
  const isOpen = !loading && !disabled;
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    const [file] = event.dataTransfer.files;
    if (file && isOpen) onFile(file);
  };
  const drag = (event: DragEvent): void => {
    // Without it the browser would leave the page for the file.
    event.preventDefault();
    setOver(isOpen);
  };
  return (
    <div
      className="file-drop"
      data-over={over || undefined}
      onDragOver={drag}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <FileButton accept={accept} disabled={!isOpen} onChange={(file) => (file ? onFile(file) : undefined)}>
        {(props) => (
          <Button {...props} loading={loading}>
            {children}
          </Button>
        )}
      </FileButton>
      <Text size="sm" c="dimmed" ta="center">
        {note}
      </Text>
    </div>
  );
}
