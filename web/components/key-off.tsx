/** A key with a slash, which the icon set lacks. Drawn on its grid of 24. */
export function KeyOff({ size = 24, strokeWidth = 2 }: { size?: number; strokeWidth?: number }): React.JSX.Element {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={strokeWidth}
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <circle cx="7.5" cy="15.5" r="5" />
      <path d="m21 2-9.9 9.9m4.4-4.4 3 3L22 7l-3-3" />
      <path d="m4 4 17 17" stroke="var(--surface)" strokeWidth={strokeWidth * 2.6} />
      <path d="m4 4 17 17" />
    </svg>
  );
}
