/** Names and values beside each other, as a description list. */
export function Facts({ children }: { children: React.ReactNode }): React.JSX.Element {
  return <dl className="facts">{children}</dl>;
}

export function Fact({ name, children }: { name: string; children: React.ReactNode }): React.JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
