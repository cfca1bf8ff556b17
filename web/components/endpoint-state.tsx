/** How an endpoint is: a word for its state, and a sentence where something is to be done. */
import { Alert } from '@mantine/core';
import { CircleAlert } from 'lucide-react';

import type { EndpointView } from '../../src/http/contract/events.ts';
import { deliveryTexts } from '../../src/texts/english-fleet-events.ts';
import { Age } from './age.tsx';
import { StateTag } from './state-tag.tsx';

export function EndpointTag({ endpoint }: { endpoint: EndpointView }): React.JSX.Element {
  if (!endpoint.enabled)
    return <StateTag tone={endpoint.disabledBecause === 'operator' ? 'quiet' : 'bad'}>Disabled</StateTag>;
  if (endpoint.failingSince) return <StateTag tone="bad">Failing</StateTag>;
  if (endpoint.lastDeliveredAt) return <StateTag tone="good">Works</StateTag>;
  return <StateTag tone="wait">Nothing sent yet</StateTag>;
}

export function EndpointNotice({ endpoint }: { endpoint: EndpointView }): React.JSX.Element | null {
  const { disabledBecause, disabledAt, failingSince } = endpoint;
  if (disabledBecause)
    return (
      <Alert
        color={disabledBecause === 'operator' ? 'gray' : 'red'}
        variant="light"
        icon={<CircleAlert size={18} />}
        mb="md"
      >
        {deliveryTexts[`delivery.disabled.${disabledBecause}`]} Disabled <Age at={disabledAt} />.
      </Alert>
    );
  if (!failingSince) return null;
  return (
    <Alert color="yellow" variant="light" icon={<CircleAlert size={18} />} mb="md">
      Nothing has been taken since <Age at={failingSince} moment />. Towline tries each event for three days; after five
      days without any delivery the endpoint is disabled.
    </Alert>
  );
}
