/** An ordinary link that changes the page without loading it anew. */
import { Anchor } from '@mantine/core';
import type { AnchorProps } from '@mantine/core';
import { useRouter } from '@tanstack/react-router';
import { forwardRef } from 'react';
import type { AnchorHTMLAttributes, MouseEvent } from 'react';

const isPlain = (event: MouseEvent): boolean =>
  event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;

type LinkProps = AnchorHTMLAttributes<HTMLAnchorElement> & { href: string };

/** Without any look of its own; for `component={PlainLink}` and for whole cards. */
export const PlainLink = forwardRef<HTMLAnchorElement, LinkProps>(function PlainLink({ onClick, href, ...rest }, ref) {
  const { history } = useRouter();
  return (
    <a
      ref={ref}
      href={href}
      {...rest}
      onClick={(event) => {
        onClick?.(event);
        if (event.defaultPrevented || !isPlain(event)) return;
        event.preventDefault();
        history.push(href);
      }}
    />
  );
});

/** Inside a text it is underlined, since colour alone says nothing to some; with a size of its own it stands alone. */
export function TextLink({
  href,
  children,
  ...rest
}: AnchorProps & { href: string; children: React.ReactNode; 'aria-label'?: string }): React.JSX.Element {
  return (
    <Anchor
      component={PlainLink}
      href={href}
      underline={rest.size === undefined ? 'always' : 'hover'}
      inherit={rest.size === undefined}
      {...rest}
    >
      {children}
    </Anchor>
  );
}
