/** A connection's status: icon, word and tone, which is never the only carrier. */
import { CircleCheck, CircleDashed, Hourglass, KeyRound, TriangleAlert, Unplug } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';

interface Look {
  word: string;
  icon: LucideIcon;
}

const looks: Record<string, Look> = {
  active: { word: 'Active', icon: CircleCheck },
  pending: { word: 'Waiting for first data', icon: Hourglass },
  expired: { word: 'Expired', icon: KeyRound },
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
    <span className={status === 'expired' ? 'slashed' : undefined} aria-hidden>
      <Icon size={size} strokeWidth={2.1} />
    </span>
  );
}

interface StatusMarkProps {
  status: string;
  /** What is claimed and being checked; null when nothing is. */
  suspicion?: string | null;
  large?: boolean;
}

export function StatusMark({ status, suspicion = null, large = false }: StatusMarkProps): React.JSX.Element {
  return (
    <span className="status" data-status={status} data-large={large || undefined} title={suspicion ?? undefined}>
      <StatusIcon status={status} size={large ? 20 : 15} />
      {statusWord(status)}
      {suspicion ? (
        <span className="pulse">
          <span className="unseen">Suspected, being checked</span>
        </span>
      ) : null}
    </span>
  );
}
