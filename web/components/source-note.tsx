import './makes.css';

/** Where it is from; the row can be looked up in the documentation. */
export function SourceNote({ source, text }: { source: string | null; text: string | null }): React.JSX.Element {
  return (
    <span className="quiet source">
      {[text, source && `facts ${source}`].filter((part) => part !== null).join(', ')}
    </span>
  );
}
