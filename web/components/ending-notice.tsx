import { Alert } from '@mantine/core';

import type { ConnectionView } from '../../src/http/contract/vehicles.ts';
import { count } from '../format.ts';
import { Age } from './age.tsx';

type Ending = NonNullable<ConnectionView['ending']>;

/** Disconnected here and not yet at Smartcar: since when, how often it was tried, and whose turn it is. */
export function EndingNotice({ ending }: { ending: Ending }): React.JSX.Element {
  return (
    <Alert color={ending.handedOver ? 'yellow' : 'gray'} p="xs" my="xs">
      {ending.handedOver ? (
        <>
          Access has not ended at Smartcar. {ending.text} Disconnected here <Age at={ending.since} moment />.
        </>
      ) : (
        <>
          Smartcar has not confirmed the end of access since <Age at={ending.since} moment />; Towline goes on by
          itself. <Tries ending={ending} />
        </>
      )}
    </Alert>
  );
}

function Tries({ ending: { tries, lastTriedAt, nextTryAt, text } }: { ending: Ending }): React.JSX.Element | null {
  if (tries === 0 || !lastTriedAt) return null;
  return (
    <>
      Tried {tries === 1 ? 'once' : `${count(tries)} times`}, last <Age at={lastTriedAt} moment />
      {text ? ` (${text})` : ''}
      {nextTryAt ? (
        <>
          , next <Age at={nextTryAt} ahead />
        </>
      ) : null}
      .
    </>
  );
}
