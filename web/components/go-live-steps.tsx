/** The steps of going live, in groups, each with what was seen, what to do and what to copy. */
import { Button, Title } from '@mantine/core';
import { CircleCheck, CircleDashed, CircleHelp, TriangleAlert } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';

import type { GoLiveStepName } from '../../src/domain/go-live.ts';
import type { GoLiveStepView } from '../../src/http/contract/go-live.ts';
import { useAct } from '../api.ts';
import { Copyable } from '../ui/copyable.tsx';
import { ReasonedButton } from '../ui/reasoned-button.tsx';
import { tellDone, tellProblem } from './tell.tsx';
import './go-live.css';

const groups: readonly { id: string; title: string; steps: readonly GoLiveStepName[] }[] = [
  { id: 'way-in', title: 'The way into Smartcar', steps: ['mode', 'platform', 'secretV3', 'secretV2', 'application'] },
  {
    id: 'way-back',
    title: 'The way back to Towline',
    steps: ['address', 'redirect', 'managementToken', 'webhook', 'signals', 'verified'],
  },
  { id: 'cars', title: 'Cars', steps: ['permissions', 'subscriptions', 'tesla', 'appMakes'] },
  { id: 'here', title: 'This installation', steps: ['mail', 'keys', 'bootstrap', 'database', 'quota'] },
];

export function GoLiveSteps({ steps }: { steps: readonly GoLiveStepView[] }): React.JSX.Element {
  return (
    <>
      {groups.map(({ id, title, steps: names }) => (
        <section key={id} className="panel" aria-labelledby={id}>
          <div className="panel-head">
            <Title order={2} id={id}>
              {title}
            </Title>
          </div>
          <ol className="go-live-steps" aria-labelledby={id}>
            {steps
              .filter(({ name }) => names.includes(name))
              .map((step) => (
                <Step key={step.name} step={step} />
              ))}
          </ol>
        </section>
      ))}
    </>
  );
}

const icons: Record<GoLiveStepView['state'], LucideIcon> = {
  done: CircleCheck,
  missing: TriangleAlert,
  unknown: CircleHelp,
  notNeeded: CircleDashed,
};

function Step({ step }: { step: GoLiveStepView }): React.JSX.Element {
  const { name, title, state, stateText, weight, weightText, found, remedy, copies } = step;
  const Icon = icons[state];
  const isOpen = state === 'missing' || state === 'unknown';
  return (
    <li className="go-live-step" data-state={state}>
      <Icon size={18} aria-hidden />
      <div>
        <h3>{title}</h3>
        <span className="go-live-state">
          {isOpen && weight !== 'note' ? `${stateText} · ${weightText}` : stateText}
        </span>
        <p>
          {found} {remedy}
        </p>
        {copies.length > 0 ? (
          <dl className="go-live-copy">
            {copies.map(({ label, value }) => (
              <Copy key={value} label={label} value={value} />
            ))}
          </dl>
        ) : null}
        {name === 'mail' ? <TestMessage finding={step.finding} /> : null}
      </div>
    </li>
  );
}

function Copy({ label, value }: { label: string; value: string }): React.JSX.Element {
  return (
    <>
      <dt>{label}</dt>
      <dd>
        <Copyable value={value} label={`Copy ${label}`}>
          <code title={value}>{value}</code>
        </Copyable>
      </dd>
    </>
  );
}

function TestMessage({ finding }: { finding: string }): React.JSX.Element {
  const send = useAct('sendTestMessage', ['getGoLive'], ({ sent, text }) =>
    sent ? tellDone(text) : tellProblem(new Error(text)),
  );
  const hasServer = finding !== 'mailNone' && finding !== 'mailbox';
  return (
    <ReasonedButton
      size="xs"
      variant="default"
      mt={8}
      loading={send.isPending}
      onClick={() => send.mutate({}, { onError: tellProblem })}
      reason={hasServer ? null : 'No mail server is set.'}
    >
      Send me a test message
    </ReasonedButton>
  );
}

/** In the demo: where Smartcar's dashboard is played, so that each mistake can be tried. */
export function TryIt({ simulatorUrl }: { simulatorUrl: string }): React.JSX.Element {
  return (
    <Button
      component="a"
      href={`${simulatorUrl}/webhooks`}
      target="_blank"
      rel="noreferrer"
      size="xs"
      variant="default"
    >
      Open the simulator
    </Button>
  );
}
