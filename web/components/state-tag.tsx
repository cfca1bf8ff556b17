/** A word in a quiet frame, for the state of a message, an event or a key. */
export function StateTag({
  tone,
  children,
}: {
  tone: 'good' | 'wait' | 'bad' | 'quiet';
  children: React.ReactNode;
}): React.JSX.Element {
  return (
    <span className="tag" data-tone={tone}>
      {children}
    </span>
  );
}
