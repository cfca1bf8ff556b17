import { age } from '../format.ts';
import { useNow } from '../now.ts';

/** How old what a page shows is; says when it could not be brought up to date. `at` in milliseconds since 1970. */
export function FreshAt({ at, failed }: { at: number; failed: boolean }): React.JSX.Element {
  const now = useNow();
  const text = age(new Date(at).toISOString(), Math.max(now, at));
  if (!failed && now - at < 45_000) return <span>up to date</span>;
  return failed ? (
    <span className="stale-page">could not be refreshed; shown as of {text}</span>
  ) : (
    <span>as of {text}</span>
  );
}
