/** Notifications: one message to one person by one channel, committed with what caused it. */

export const notificationKinds = ['reconnect', 'connect-invitation', 'repaired', 'owner-page'] as const;
export type NotificationKind = (typeof notificationKinds)[number];

export type NotificationState = 'queued' | 'sent' | 'failed' | 'withdrawn';
