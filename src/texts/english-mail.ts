/** English: what owners read in their mail. */
import type { NotificationKind } from '../domain/notification.ts';

export const mailTexts = {
  'mail.subject.reconnect':
    'Please reconnect your {title}{more, plural, =0 {} one { and 1 more car} other { and # more cars}}',
  'mail.subject.connect-invitation':
    'Please connect your {title}{more, plural, =0 {} one { and 1 more car} other { and # more cars}}',
  'mail.subject.repaired':
    'Your {title}{more, plural, =0 { is} one { and 1 more car are} other { and # more cars are}} connected again',
  'mail.subject.owner-page': 'Your page at {fleet}',
  'mail.greeting': 'Hello {name},',
  'mail.car': '{title} ({plate})',
  'mail.reconnect.one': 'Your {car} is no longer connected with {fleet}.',
  'mail.reconnect.many': 'Some of your cars are no longer connected with {fleet}:',
  'mail.reconnect.signIn': 'Sign in once; it takes less than a minute.',
  'mail.reconnect.signInMany': 'Sign in once for each; it takes less than a minute a car.',
  'mail.reconnect.open': 'The page behind this button says what to do; it takes a few minutes.',
  'mail.reconnect.button': '{count, plural, one {Reconnect my car} other {Reconnect my cars}}',
  'mail.reconnect.unaffected': "Your car's data and bookings are not affected. We never see your password.",
  'mail.connect-invitation.one': '{fleet} would like to connect to your {car}, so that it can be shared.',
  'mail.connect-invitation.many': '{fleet} would like to connect to these cars of yours, so that they can be shared:',
  'mail.connect-invitation.do': "Sign in once with your car's account and allow access; it takes about two minutes.",
  'mail.connect-invitation.button': '{count, plural, one {Connect my car} other {Connect my cars}}',
  'mail.connect-invitation.unaffected':
    'You choose what is shared, and you can end it at any time. We never see your password.',
  'mail.repaired.one': 'Thank you, it works: your {car} is connected with {fleet} again.',
  'mail.repaired.many': 'Thank you, it works: these cars are connected with {fleet} again:',
  'mail.repaired.nothing': 'There is nothing else to do.',
  'mail.owner-page.opening':
    'You asked for your page at {fleet}. It shows what is shared of each of your cars, and why, and what is kept about you.',
  'mail.owner-page.do': 'You can download it there, and stop sharing at any time.',
  'mail.owner-page.button': 'Open my page',
  'mail.owner-page.private': 'The page is for you alone: whoever has this message can open it for 30 days.',
  'mail.owner-page.why': 'You get this message because your page at {fleet} was asked for.',
  'mail.link': 'If the button does not work, open this address:',
  'mail.shared': 'The same page says what is shared and how to stop.',
  'mail.ask': 'Questions? {contact}',
  'mail.ask.plain': 'Questions? Ask {fleet}.',
  'mail.why': 'You get this message because your car is shared through {fleet}.',
} as const satisfies Record<`mail.subject.${NotificationKind}`, string> & Record<string, string>;
