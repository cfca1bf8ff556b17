import { FileButton, Button, Text } from '@mantine/core';
import { useId, useRef, useState } from 'react';
import type { DragEvent } from 'react';

interface FileDropProps {
  /** What the button says. */
  children: string;
  /** What may be dropped, in words; where nothing may, why. */
  note: React.ReactNode;
  accept: string;
  loading: boolean;
  disabled: boolean;
  onFile: (file: File) => void;
}

/** A place to drop a file on, with a button that chooses one. */
export function FileDrop({ children, note, accept, loading, disabled, onFile }: FileDropProps): React.JSX.Element {
  const [over, setOver] = useState(false);
  const noteId = useId();
  const isOpen = !loading && !disabled;
  // A browser tells of no choice that is the same as the last one, and a file that was mended has the same name.
  const forget = useRef<() => void>(null);
  const choose = (file: File | null): void => {
    forget.current?.();
    if (file) onFile(file);
  };
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
      <FileButton accept={accept} disabled={!isOpen} onChange={choose} resetRef={forget}>
        {(props) => (
          <Button
            {...props}
            loading={loading}
            aria-describedby={noteId}
            {...(disabled ? { 'aria-disabled': true, 'data-disabled': true } : {})}
          >
            {children}
          </Button>
        )}
      </FileButton>
      <Text id={noteId} size="sm" c="dimmed" ta="center">
        {note}
      </Text>
    </div>
  );
}
