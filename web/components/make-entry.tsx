/** One make: closed it says what its numbers come to, open what is known of it and what can be set. */
import { Text } from '@mantine/core';
import { ChevronRight } from 'lucide-react';
import { useState } from 'react';

import type { MakeView } from '../../src/http/contract/makes.ts';
import { count } from '../format.ts';
import { MakeChange } from '../forms/make-change.tsx';
import { SourceNote } from './source-note.tsx';
import { StateTag } from './state-tag.tsx';

export function MakeEntry({ make }: { make: MakeView }): React.JSX.Element {
  // What is closed is not drawn: there are some forty of them, each with a form.
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="make" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <ChevronRight size={15} aria-hidden />
        <span className="make-name">{make.name}</span>
        {isChanged(make) ? <StateTag tone="wait">Set by you</StateTag> : null}
        <span className="quiet make-count">{vehiclesOf(make)}</span>
        {hasLimit(make) ? <span className="quiet make-effect">{make.effect[0]}</span> : null}
      </summary>
      {isOpen ? (
        <div className="make-body">
          <div>
            <Known make={make} />
          </div>
          <MakeChange key={JSON.stringify([make.numbers, make.connectsInBrowser])} make={make} />
        </div>
      ) : null}
    </details>
  );
}

/** What the plan says holds for all others, and needs no word. */
const hasLimit = ({ numbers }: MakeView): boolean =>
  numbers.some(({ name, value }) => (name === 'leastPollMin' || name === 'requestsPerDay') && value !== null);

const isChanged = ({ numbers, connectsInBrowser }: MakeView): boolean =>
  numbers.some(({ isChosen }) => isChosen) || connectsInBrowser?.isChosen === true;

function vehiclesOf({ id, vehicles }: MakeView): string {
  if (id === 'other') return vehicles === 0 ? '' : `${count(vehicles)} of no known make`;
  return vehicles === 0 ? '' : `${count(vehicles)} ${vehicles === 1 ? 'vehicle' : 'vehicles'}`;
}

function Known({ make }: { make: MakeView }): React.JSX.Element {
  const { quirks, before, effect } = make;
  return (
    <>
      <h3 className="make-part">What this comes to</h3>
      <ul className="plain">
        {effect.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
      {quirks.length > 0 ? (
        <>
          <h3 className="make-part">What is known</h3>
          <ul className="plain">
            {quirks.map(({ text, source, sureText }) => (
              <li key={text}>
                {text} <SourceNote source={source} text={sureText} />
              </li>
            ))}
          </ul>
        </>
      ) : null}
      {before.length > 0 ? (
        <>
          <h3 className="make-part">What owners are told before they start</h3>
          <ul className="plain">
            {before.map(({ text, source }) => (
              <li key={text}>
                “{text}” <SourceNote source={source} text={null} />
              </li>
            ))}
          </ul>
        </>
      ) : null}
      {make.id === 'other' ? (
        <Text size="sm" c="dimmed" mt="md">
          These numbers hold for every make wherever nothing is documented of it.
        </Text>
      ) : null}
    </>
  );
}
