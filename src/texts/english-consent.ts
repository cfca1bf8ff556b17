/** English: what an owner agreed to and took back, as operators and the owner's own file say it. */
import type { ConsentKind, ConsentWay } from '../domain/consent.ts';
import type { ErasureKind } from '../domain/erasure.ts';

/** By kind; what a way adds stands in a key of both. */
export const consentTexts = {
  'consent.given': 'Agreed to share the car.',
  'consent.given.link': 'Agreed to share the car, through Smartcar’s sign-in.',
  'consent.given.elsewhere': 'Access was given outside Towline; by which wording is not known here.',
  'consent.given.unrecorded': 'Agreed to share the car, before consents were kept; by which wording is not known.',
  'consent.renewed': 'Agreed again, or signed in again.',
  'consent.renewed.link': 'Signed in again, and agreed to what stands here.',
  'consent.changed': 'Changed what is shared.',
  'consent.changed.smartcar': 'What is shared was changed at Smartcar or at the manufacturer.',
  'consent.withdrawn': 'Sharing has ended.',
  'consent.withdrawn.owner': 'Stopped sharing the car, on their page.',
  'consent.withdrawn.operator': 'The fleet disconnected the car.',
  'consent.withdrawn.smartcar': 'Access was taken back at Smartcar or at the manufacturer.',
  'consent.withdrawn.superseded': 'A new grant for the car took its place.',
  'consent.withdrawn.unrecorded': 'Sharing had ended, before consents were kept.',
} as const satisfies Record<`consent.${ConsentKind}`, string> &
  Partial<Record<`consent.${ConsentKind}.${ConsentWay}`, string>>;

/** What forgetting an owner takes away. */
export const erasureTexts = {
  'erased.contact': 'Name, address and phone',
  'erased.connections': '{count, plural, one {Access to # car} other {Access to # cars}}',
  'erased.links': '{count, plural, one {# link} other {# links}}',
  'erased.messages': '{count, plural, one {The text of # message} other {The texts of # messages}}',
  'erased.mails': '{count, plural, one {# mail in the mailbox} other {# mails in the mailbox}}',
  'erased.ways': '{count, plural, one {# way through Smartcar’s sign-in} other {# ways through Smartcar’s sign-in}}',
  'erased.timeline':
    '{count, plural, one {Their name in # line of a timeline} other {Their name in # lines of timelines}}',
  'erased.audit':
    '{count, plural, one {Their name in # line of the audit log} other {Their name in # lines of the audit log}}',
  'erased.alerts': '{count, plural, one {Details of # alert} other {Details of # alerts}}',
  'erased.consents': '{count, plural, one {Who gave # consent} other {Who gave # consents}}',
  'erased.checks': '{count, plural, one {# check of a car} other {# checks of cars}}',
  'erased.vehicles': '{count, plural, one {That # car is theirs} other {That # cars are theirs}}',
  'erased.readings': '{count, plural, one {# value in the history} other {# values in the history}}',
  'erased.latest': '{count, plural, one {# newest value} other {# newest values}}',
  'erased.deliveries': '{count, plural, one {# message from Smartcar} other {# messages from Smartcar}}',
  'erased.accounts': '{count, plural, one {Smartcar’s name of # account} other {Smartcar’s names of # accounts}}',
  'erased.grants': '{count, plural, one {# car they came back with} other {# cars they came back with}}',
  'erased.imports':
    '{count, plural, one {The lines of # imported list} other {The lines of # imported lists}}, which can’t be taken back any more',
} as const satisfies Record<`erased.${ErasureKind}`, string>;
