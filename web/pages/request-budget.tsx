/** What requests to Smartcar are used for, what is left, what is expected, and what waits; and the plan that it rests on. */
import { Skeleton, Text, Title } from '@mantine/core';

import type { BudgetView } from '../../src/http/contract/budget.ts';
import { useCall } from '../api.ts';
import { Age } from '../components/age.tsx';
import { DayBars } from '../components/day-bars.tsx';
import { FreshAt } from '../components/fresh-at.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { SettingsTabs } from '../components/settings-tabs.tsx';
import { PlanChange } from '../forms/plan-change.tsx';
import { count, percent, unknown } from '../format.ts';
import { paths } from '../paths.ts';
import { TextLink } from '../ui/link.tsx';
import { PageHead } from '../ui/page-head.tsx';
import '../components/budget.css';

export function RequestBudgetPage(): React.JSX.Element {
  const budget = useCall('getBudget');
  const plan = useCall('getPlan');
  const { data } = budget;
  return (
    <>
      <PageHead
        title="Request budget"
        note={data ? <FreshAt at={budget.dataUpdatedAt} failed={budget.isRefetchError} /> : null}
      />
      <SettingsTabs />
      {budget.isError && !data ? <ProblemNotice problem={budget.error} retry={() => void budget.refetch()} /> : null}
      <div className="vehicle">
        <div className="vehicle-main">
          {budget.isPending ? <Skeleton height={520} radius="md" aria-label="Loading the request budget" /> : null}
          {data ? (
            <>
              <Month budget={data} />
              <Waiting budget={data} />
              <Days budget={data} />
              <Purposes budget={data} />
              <Makes budget={data} />
            </>
          ) : null}
        </div>
        <div className="vehicle-side">
          {plan.isPending ? <Skeleton height={320} radius="md" aria-label="Loading the plan" /> : null}
          {plan.isError && !plan.data ? <ProblemNotice problem={plan.error} /> : null}
          {plan.data ? <PlanChange plan={plan.data} /> : null}
          {data ? <Nearest budget={data} /> : null}
        </div>
      </div>
    </>
  );
}

function Panel({ id, title, children }: { id: string; title: string; children: React.ReactNode }): React.JSX.Element {
  return (
    <section className="panel" aria-labelledby={id}>
      <div className="panel-head">
        <Title order={2} id={id}>
          {title}
        </Title>
      </div>
      {children}
    </section>
  );
}

type Forecast = BudgetView['forecast'];

/** A forecast that is not known yet is none. */
const Expected = ({ forecast }: { forecast: Forecast }): React.JSX.Element =>
  forecast === null ? (
    <>not known yet</>
  ) : (
    <>
      {count(forecast.expected)}{' '}
      <span className="quiet">
        {count(forecast.low)} to {count(forecast.high)}
      </span>
    </>
  );

function Month({ budget }: { budget: BudgetView }): React.JSX.Element {
  const { left, used, quota, forecast, vehicles, application } = budget;
  const isOver = forecast !== null && forecast.expected > quota;
  return (
    <Panel id="month-title" title="This month">
      <dl className="figures">
        <div data-bad={left === 0 || undefined}>
          <dt>left</dt>
          <dd>{left === null ? unknown : percent(left * 100)}</dd>
        </div>
        <div>
          <dt>used</dt>
          <dd>
            {count(used)} of {count(quota)}
          </dd>
        </div>
        <div data-bad={isOver || undefined}>
          <dt>expected at its end</dt>
          <dd>
            <Expected forecast={forecast} />
          </dd>
        </div>
        <div>
          <dt>available now</dt>
          <dd>
            {count(application.available)} of {count(application.atOnce)}
          </dd>
        </div>
      </dl>
      <Text size="sm" c="dimmed" mt="sm">
        For {count(vehicles)} connected {vehicles === 1 ? 'vehicle' : 'vehicles'}. Smartcar allows{' '}
        {count(application.atOnce)} requests at once and {count(application.perMinute)} more a minute for all fleets
        together.
        {application.month ? <Contract month={application.month} /> : null} Months are counted in UTC; the last seconds
        are not in yet.
      </Text>
    </Panel>
  );
}

function Contract({ month }: { month: NonNullable<BudgetView['application']['month']> }): React.JSX.Element {
  return (
    <>
      {' '}
      The whole installation used {count(month.used)}
      {month.quota === null ? '' : ` of the contract’s ${count(month.quota)}`} this month.
    </>
  );
}

function Waiting({ budget }: { budget: BudgetView }): React.JSX.Element {
  const late = budget.purposes.flatMap(({ purpose, name, late: waits }) =>
    waits ? [{ purpose, name, ...waits }] : [],
  );
  const makes = budget.makes.flatMap(({ make, name, waits }) => (waits ? [{ make, name, ...waits }] : []));
  const usedUp = budget.makes.reduce((sum, one) => sum + one.usedUp, 0);
  return (
    <Panel id="waiting-title" title="Given up for now">
      {late.length + makes.length + usedUp === 0 ? (
        <Text size="sm" c="dimmed">
          Nothing waits. When requests run short, reads of parked and sleeping vehicles are given up first, then other
          reads, upkeep, and checking what was claimed; what a person presses comes before all of that.
        </Text>
      ) : null}
      <ul className="lines">
        {late.map(({ purpose, name, vehicles, since }) => (
          <li key={purpose}>
            <p>
              {name}: {count(vehicles)} {vehicles === 1 ? 'waits' : 'wait'}, the longest since <Age at={since} moment />
            </p>
          </li>
        ))}
        {makes.map(({ make, name, since, until }) => (
          <li key={make}>
            <p>
              {name} lets requests wait since <Age at={since} moment />; tried again <Age at={until} ahead />
            </p>
          </li>
        ))}
        {usedUp > 0 ? (
          <li>
            <p>
              {count(usedUp)} {usedUp === 1 ? 'vehicle has' : 'vehicles have'} used up its requests, and{' '}
              {usedUp === 1 ? 'is' : 'are'} not read by schedule this month
            </p>
          </li>
        ) : null}
      </ul>
    </Panel>
  );
}

function Days({ budget }: { budget: BudgetView }): React.JSX.Element {
  return (
    <Panel id="days-title" title="By day">
      <div className="budget-days">
        <DayBars budget={budget} />
        <div className="day-table" tabIndex={0} role="region" aria-label="Requests by day">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Day</th>
                <th scope="col" className="budget-number">
                  Requests
                </th>
              </tr>
            </thead>
            <tbody>
              {[...budget.days].reverse().map(({ day, used }) => (
                <tr key={day}>
                  <th scope="row">{Number(day.slice(8))}</th>
                  <td className="budget-number">{count(used)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </div>
    </Panel>
  );
}

function Purposes({ budget }: { budget: BudgetView }): React.JSX.Element {
  return (
    <Panel id="purposes-title" title="What they are used for">
      <div className="scroll-x">
        <table className="table budget-table">
          <thead>
            <tr>
              <th scope="col">Given up first, from the top</th>
              <th scope="col" className="budget-number">
                Used
              </th>
              <th scope="col" className="budget-number">
                Expected
              </th>
            </tr>
          </thead>
          <tbody>
            {budget.purposes.map(({ purpose, name, used, forecast }) => (
              <tr key={purpose}>
                <th scope="row">{name}</th>
                <td className="budget-number">{count(used)}</td>
                <td className="budget-number">{forecast ? count(forecast.expected) : unknown}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function Makes({ budget }: { budget: BudgetView }): React.JSX.Element | null {
  if (budget.makes.length === 0) return null;
  return (
    <Panel id="makes-title" title="By make">
      <div className="scroll-x">
        <table className="table budget-table">
          <thead>
            <tr>
              <th scope="col">Make</th>
              {['Vehicles', 'Used by reads', 'Of', 'Used up'].map((name) => (
                <th key={name} scope="col" className="budget-number">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {budget.makes.map(({ make, name, vehicles, used, quota, usedUp }) => (
              <tr key={make ?? ''}>
                <th scope="row">{name ?? 'Not known'}</th>
                {[vehicles, used, quota, usedUp].map((value, index) => (
                  <td key={index} className="budget-number">
                    {count(value)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function Nearest({ budget }: { budget: BudgetView }): React.JSX.Element {
  const { nearest } = budget;
  const of = budget.vehicles > 0 ? budget.quota / budget.vehicles : 0;
  return (
    <Panel id="nearest-title" title="Nearest to their limit">
      {nearest.length === 0 ? (
        <Text size="sm" c="dimmed">
          No vehicle was read this month yet.
        </Text>
      ) : null}
      <ul className="lines">
        {nearest.map(({ id, number, used, usedUp }) => (
          <li key={id} className="nearest">
            <TextLink href={paths.vehicle(id)}>{number}</TextLink>
            <span>
              {count(used)} of {count(of)}
              {usedUp ? <span className="quiet"> · used up</span> : null}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
