/** The message that shows whether mail leaves: to the person who asks, about nothing else. */
import { say } from '../texts/say.ts';
import type { OutgoingMail } from './mail-channel.ts';

export function testMessage(to: string, messageId: string): OutgoingMail {
  const text = say('en', 'goLive.testMessage.text');
  return {
    messageId: `${messageId}@towline`,
    fromName: 'Towline',
    to,
    replyTo: null,
    subject: say('en', 'goLive.testMessage.subject'),
    html: `<p>${text}</p>`,
    text: `${text}\n`,
  };
}
