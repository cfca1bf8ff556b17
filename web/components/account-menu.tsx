import { ActionIcon, Menu, SegmentedControl, Text, useMantineColorScheme } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { CircleUserRound, LogOut } from 'lucide-react';

import type { Me } from '../../src/http/contract/operations.ts';
import { signOut } from '../api.ts';
import { paths } from '../paths.ts';
import { chooseFleet, setUnits, useUnits } from '../preferences.ts';
import { tellProblem } from './tell.tsx';

const schemes = ['light', 'dark', 'auto'] as const;

/** Who is signed in, how they like to see things, and the way out. */
export function AccountMenu({ me }: { me: Me | undefined }): React.JSX.Element {
  const client = useQueryClient();
  const { history } = useRouter();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const units = useUnits();
  const leave = async (): Promise<void> => {
    try {
      await signOut();
    } catch (problem) {
      if (problem instanceof Error) tellProblem(problem);
      return;
    }
    chooseFleet(null);
    client.clear();
    history.push(paths.signIn());
  };
  return (
    <Menu position="bottom-end" width={260} closeOnItemClick={false}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label="Account and appearance">
          <CircleUserRound size={20} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {me ? (
          <div className="account">
            <Text fw={600}>{me.name}</Text>
            <Text size="sm" c="dimmed" className="clip">
              {me.email}
            </Text>
            <Text size="sm" c="dimmed">
              {me.role} · {me.fleet.name}
            </Text>
          </div>
        ) : null}
        <Menu.Divider />
        <Menu.Label>Appearance</Menu.Label>
        <div className="account">
          <SegmentedControl
            aria-label="Appearance"
            fullWidth
            size="xs"
            value={colorScheme}
            onChange={(value) => setColorScheme(schemes.find((scheme) => scheme === value) ?? 'auto')}
            data={[
              { value: 'light', label: 'Light' },
              { value: 'dark', label: 'Dark' },
              { value: 'auto', label: 'Auto' },
            ]}
          />
          <SegmentedControl
            aria-label="Units"
            fullWidth
            size="xs"
            mt="xs"
            value={units}
            onChange={(value) => setUnits(value === 'imperial' ? 'imperial' : 'metric')}
            data={[
              { value: 'metric', label: 'Kilometres' },
              { value: 'imperial', label: 'Miles' },
            ]}
          />
        </div>
        <Menu.Divider />
        <Menu.Item component="a" href="/api/docs" target="_blank" rel="noopener">
          API description
        </Menu.Item>
        <Menu.Item leftSection={<LogOut size={16} />} onClick={() => void leave()} closeMenuOnClick>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
