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
      <circle cx="6.5" cy="12" r="4.5" />
      <path d="M11 12h11v4M17.5 12v3" />
      <path d="m6 21 12-18" stroke="var(--surface)" strokeWidth={strokeWidth * 3} />
      <path d="m6 21 12-18" />
    </svg>
  );
}
