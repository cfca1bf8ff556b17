/** Lists of vehicles as files: one to import, and the one on the screen to save. */
import { ActionIcon, Menu } from '@mantine/core';
import { Download, Ellipsis, Upload } from 'lucide-react';

import type { FileQuery } from '../../src/http/contract/files.ts';
import { listSeparator } from '../format.ts';
import { paths } from '../paths.ts';
import type { VehicleFilters } from '../paths.ts';
import { PlainLink } from '../ui/link.tsx';
import { ReasonedItem } from '../ui/reasoned-item.tsx';
import { filterOf } from '../vehicle-filter.ts';
import { useDownload } from './download-button.tsx';
import { useMe } from './me.ts';

export function VehicleFilesMenu({ filters }: { filters: VehicleFilters }): React.JSX.Element {
  const download = useDownload('exportVehicles');
  const { may } = useMe();
  const reason = may('changeVehicles');
  const query = { ...filterOf(filters), separator: listSeparator() } as FileQuery<'exportVehicles'>; // the list's own filter
  return (
    <Menu position="bottom-end" width={260}>
      <Menu.Target>
        <ActionIcon variant="default" size={36} aria-label="Lists as files" loading={download.isPending}>
          <Ellipsis size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {reason === null ? (
          <Menu.Item component={PlainLink} href={paths.imports()} leftSection={<Upload size={16} />}>
            Import a list (CSV)
          </Menu.Item>
        ) : (
          <ReasonedItem leftSection={<Upload size={16} />} reason={reason}>
            Import a list (CSV)
          </ReasonedItem>
        )}
        <Menu.Item leftSection={<Download size={16} />} onClick={() => download.mutate({ query })}>
          Save this list (CSV)
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
