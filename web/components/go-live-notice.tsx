import { Info } from 'lucide-react';

import { useCall } from '../api.ts';
import { paths } from '../paths.ts';
import { TextLink } from '../ui/link.tsx';
import { useMe } from './me.ts';

/** Tells who looks after the installation what is missing before real cars can be managed; quiet in the demo. */
export function GoLiveNotice(): React.JSX.Element | null {
  const { me } = useMe();
  const isAsked = me !== undefined && me.installationAdministrator && !me.demo;
  const { data } = useCall('getGoLive', {}, { enabled: isAsked });
  if (!isAsked || data?.verdict.says !== 'missing') return null;
  return (
    <p className="notice" role="note">
      <Info size={18} aria-hidden />
      <span>
        {data.verdict.text} <TextLink href={paths.goLive()}>Going live</TextLink>
      </span>
    </p>
  );
}
