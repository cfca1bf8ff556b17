/** Who is signed in, and what they may do here. */
import { mayDo, needs } from '../../src/domain/role.ts';
import type { Act } from '../../src/domain/role.ts';
import type { Me } from '../../src/http/contract/operations.ts';
import { useCall } from '../api.ts';

/** `may` answers null when the act is allowed, and otherwise the reason why not. */
export function useMe(): { me: Me | undefined; may: (act: Act) => string | null } {
  const { data } = useCall('getMe');
  const may = (act: Act): string | null => {
    if (!data || mayDo(data.role, act)) return null;
    return `Needs the role ${needs[act]} or higher; yours is ${data.role}.`;
  };
  return { me: data, may };
}
