import { SegmentedControl, Text, UnstyledButton } from '@mantine/core';
import { Inbox } from 'lucide-react';
import { useState } from 'react';

import type { Answer } from '../../src/http/contract/routes.ts';
import { Age } from '../components/age.tsx';
import { FreshAt } from '../components/fresh-at.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { exactTime } from '../format.ts';
import { usePaged } from '../paged.ts';
import { Empty } from '../ui/empty.tsx';
import { Older } from '../ui/older.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { RowsLoading } from '../ui/rows-loading.tsx';
import { useSettled } from '../ui/settled.ts';

type Mail = Answer<'listMailbox'>['items'][number];

/** The demo has no mail server; what owners would have got is here. */
export function MailboxPage(): React.JSX.Element {
  const list = usePaged('listMailbox');
  const { items, hold } = useSettled((list.items ?? []).map((mail) => ({ ...mail, id: mail.messageId })));
  const [chosen, setChosen] = useState<string | null>(null);
  const mail = items.find(({ id }) => id === chosen) ?? items[0];
  return (
    <>
      <PageHead
        title="Owners' mailbox"
        note={list.items ? <FreshAt at={list.updatedAt} failed={list.isRefetchError} /> : null}
      />
      {list.problem && !list.items ? <ProblemNotice problem={list.problem} retry={list.refetch} /> : null}
      {list.isPending ? <RowsLoading of="the mailbox" /> : null}
      {list.items && items.length === 0 ? (
        <Empty icon={<Inbox size={28} />} title="No mail yet">
          In the demo nothing leaves this machine: what owners would get by e-mail lands here. Change an owner’s
          password in the simulator, and a message follows as soon as it is confirmed.
        </Empty>
      ) : null}
      {mail ? (
        <div className="mailbox">
          <nav className="panel mails" aria-label="Messages" {...hold}>
            {items.map((item) => (
              <UnstyledButton
                key={item.id}
                className="mail-line"
                aria-current={item.id === mail.id || undefined}
                onClick={() => setChosen(item.id)}
              >
                <span className="mail-head">
                  <span className="clip">{item.to}</span>
                  <Age at={item.at} />
                </span>
                <span className="clip">{item.subject}</span>
              </UnstyledButton>
            ))}
            <Older list={list}>Older mail</Older>
          </nav>
          <MailView mail={mail} />
        </div>
      ) : null}
    </>
  );
}

function MailView({ mail }: { mail: Mail }): React.JSX.Element {
  const [shape, setShape] = useState('html');
  return (
    <article className="panel mail" aria-label={mail.subject}>
      <div className="panel-head">
        <div>
          <Text fw={600}>{mail.subject}</Text>
          <Text size="sm" c="dimmed">
            {mail.from} to {mail.to} · {exactTime(mail.at)}
          </Text>
        </div>
        <SegmentedControl
          aria-label="Shown as"
          size="xs"
          value={shape}
          onChange={setShape}
          data={[
            { value: 'html', label: 'HTML' },
            { value: 'text', label: 'Text' },
          ]}
        />
      </div>
      {shape === 'html' ? (
        // Its links open in a tab of their own, and nothing in it can run or reach this page.
        <iframe
          className="mail-html"
          title={`Message: ${mail.subject}`}
          srcDoc={withBlankTarget(mail.html)}
          sandbox="allow-popups allow-popups-to-escape-sandbox"
        />
      ) : (
        <pre className="mail-text">{linked(mail.text)}</pre>
      )}
    </article>
  );
}

/** A link without a target would open inside the frame, where the owner page refuses to be shown. */
const withBlankTarget = (html: string): string =>
  /<head[^>]*>/i.test(html)
    ? html.replace(/<head[^>]*>/i, '$&<base target="_blank">')
    : `<base target="_blank">${html}`;

function linked(text: string): React.ReactNode[] {
  return text.split(/(https?:\/\/[^\s<>]+)/).map((part, index) =>
    index % 2 === 1 ? (
      <a key={index} href={part} target="_blank" rel="noopener noreferrer">
        {part}
      </a>
    ) : (
      part
    ),
  );
}
