import type { BudgetView } from '../../src/http/contract/budget.ts';
import { count } from '../format.ts';

/** Requests day by day over the whole month, with what an even pace would be. The table beside it says the same. */
export function DayBars({ budget }: { budget: BudgetView }): React.JSX.Element {
  const { days, quota, monthEndsAt } = budget;
  const daysOfMonth = new Date(Date.parse(monthEndsAt) - 1).getUTCDate();
  const pace = quota / daysOfMonth;
  const most = Math.max(1, ...days.map(({ used }) => used));
  // A pace far above what is used would flatten the bars, and says nothing then.
  const scale = pace <= most * 2 ? Math.max(most, pace) : most;
  const share = (value: number): string => `${(value / scale) * 100}%`;
  return (
    <div
      className="day-bars"
      role="img"
      aria-label={`Requests by day, ${count(most)} at most; the table beside it has the numbers`}
    >
      <span className="day-most">{count(scale)}</span>
      <div className="day-columns">
        {scale >= pace ? <span className="day-pace" style={{ bottom: share(pace) }} /> : null}
        {Array.from({ length: daysOfMonth }, (_, index) => {
          const day = days[index];
          return (
            <span
              key={index}
              className="day-column"
              data-today={index === days.length - 1 || undefined}
              title={day ? `${index + 1}: ${count(day.used)}` : undefined}
              style={{ height: share(day?.used ?? 0) }}
            />
          );
        })}
      </div>
      <div className="day-numbers">
        {Array.from({ length: daysOfMonth }, (_, index) => (
          <span key={index}>{index % 7 === 0 ? index + 1 : ''}</span>
        ))}
      </div>
      {scale >= pace ? <span className="quiet">dashed: an even pace, {count(pace)} a day</span> : null}
    </div>
  );
}
