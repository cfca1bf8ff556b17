import { Menu, UnstyledButton } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { Building2, Check, ChevronDown } from 'lucide-react';

import type { Me } from '../../src/http/contract/operations.ts';
import { paths } from '../paths.ts';
import { chooseFleet } from '../preferences.ts';

/** Which fleet is looked at; only a name where there is no choice. */
export function FleetSwitcher({ me }: { me: Me }): React.JSX.Element {
  const client = useQueryClient();
  const { history } = useRouter();
  if (me.fleets.length < 2) return <span className="fleet">{me.fleet.name}</span>;
  const choose = (id: string): void => {
    if (id === me.fleet.id) return;
    chooseFleet(id);
    history.push(paths.overview());
    // Nothing of the fleet that was left may stay on the screen.
    void client.resetQueries();
  };
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <UnstyledButton className="fleet" aria-label={`Fleet ${me.fleet.name}, change`}>
          <Building2 size={15} aria-hidden />
          <span className="clip">{me.fleet.name}</span>
          <ChevronDown size={14} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Fleet</Menu.Label>
        {me.fleets.map(({ id, name }) => (
          <Menu.Item
            key={id}
            onClick={() => choose(id)}
            rightSection={id === me.fleet.id ? <Check size={14} aria-label="chosen" /> : null}
          >
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
