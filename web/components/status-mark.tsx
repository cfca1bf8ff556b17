/** A connection's status: icon, word and tone, which is never the only carrier. */
import { CircleCheck, CircleDashed, Hourglass, TriangleAlert, Unplug } from 'lucide-react';
import type { ComponentType } from 'react';

import { KeyOff } from './key-off.tsx';

interface Look {
  word: string;
  icon: ComponentType<{ size?: number; strokeWidth?: number }>;
}

const looks: Record<string, Look> = {
  active: { word: 'Active', icon: CircleCheck },
  pending: { word: 'Waiting for first data', icon: Hourglass },
  expired: { word: 'Expired', icon: KeyOff },
  disconnected: { word: 'Disconnected', icon: Unplug },
  error: { word: 'Error', icon: TriangleAlert },
  unconnected: { word: 'Never connected', icon: CircleDashed },
};

/** Every status in the order of counts, `unconnected` for vehicles without a connection. */
export const statusNames = Object.keys(looks);
const unconnected: Look = { word: 'Never connected', icon: CircleDashed };
const look = (status: string): Look => looks[status] ?? unconnected;
export const statusWord = (status: string): string => look(status).word;

export function StatusIcon({ status, size = 16 }: { status: string; size?: number }): React.JSX.Element {
  const { icon: Icon } = look(status);
  return (
    <span aria-hidden>
      <Icon size={size} strokeWidth={2.1} />
    </span>
  );
}

interface StatusMarkProps {
  status: string;
  /** What is claimed and being checked; null when nothing is. */
  suspicion?: string | null;
  large?: boolean;
  /** For narrow places: "Waiting". */
  brief?: boolean;
}

export function StatusMark({
  status,
  suspicion = null,
  large = false,
  brief = false,
}: StatusMarkProps): React.JSX.Element {
  return (
    <span className="status" data-status={status} data-large={large || undefined} title={suspicion ?? undefined}>
      <StatusIcon status={status} size={large ? 20 : 15} />
      {brief && status === 'pending' ? 'Waiting' : statusWord(status)}
      {suspicion ? (
        <span className="pulse">
          <span className="unseen">Suspected, being checked</span>
        </span>
      ) : null}
    </span>
  );
}
