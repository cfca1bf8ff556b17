/**
 * Mail over SMTP. Says whether it was accepted, and if not, whether trying again can help. Never tells an address to a
 * log. One connection a message: a pool sends again by itself when a connection drops, and so might send twice.
 */
import { createTransport } from 'nodemailer';

export interface OutgoingMail {
  /** Stays the same over all attempts, so that a mailbox can tell a repetition. With or without angle brackets. */
  messageId: string;
  fromName: string;
  to: string;
  /** Null when answers go to the sender. */
  replyTo: string | null;
  subject: string;
  html: string;
  text: string;
}

/** `reason` is for operators and names no address. */
export type Sent = { sent: true } | { sent: false; permanent: boolean; reason: string };

export interface MailChannel {
  /** Never throws: whatever goes wrong is an answer. */
  send(mail: OutgoingMail): Promise<Sent>;
  /** Connects and signs in, and sends nothing. Never throws. */
  verify(): Promise<Sent>;
  close(): void;
}

export interface MailChannelOptions {
  /** smtp:// or smtps://, with user and password where the server asks for them. */
  smtpUrl: string;
  /** The sender's address. */
  from: string;
  /** Milliseconds without an answer after which a try has failed; 20 000 unless told. */
  timeoutMs?: number;
}

export function openMailChannel({ smtpUrl, from, timeoutMs = 20_000 }: MailChannelOptions): MailChannel {
  const transport = createTransport({
    url: smtpUrl,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    logger: false,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send(mail) {
      try {
        await transport.sendMail(envelope(mail, from));
        return { sent: true };
      } catch (error) {
        return refusedBy(error);
      }
    },
    async verify() {
      try {
        await transport.verify();
        return { sent: true };
      } catch (error) {
        return refusedBy(error);
      }
    },
    close: () => transport.close(),
  };
}

function envelope(mail: OutgoingMail, from: string) {
  const { messageId, fromName, to, replyTo, subject, html, text } = mail;
  return {
    messageId,
    from: { name: fromName, address: from },
    to: { name: '', address: to },
    ...(replyTo === null ? {} : { replyTo }),
    subject,
    html,
    text,
    headers: { 'Auto-Submitted': 'auto-generated' },
  };
}

/** A 5xx to the recipient or to the text is final; one to our login, greeting or sender may be put right before the next try. */
function refusedBy(error: unknown): Sent & { sent: false } {
  const { code, command, responseCode, message } = smtpError(error);
  const malformed = code === 'EENVELOPE' && command === 'API';
  const final = responseCode >= 500 && responseCode < 600 && (command === 'RCPT TO' || command === 'DATA');
  const withoutAddresses = message.replaceAll(/<?[^\s<>"']+@[^\s<>"']+>?/g, '(address)').slice(0, 300);
  return { sent: false, permanent: malformed || final, reason: withoutAddresses };
}

function smtpError(error: unknown): { code: string; command: string; responseCode: number; message: string } {
  if (!(error instanceof Error)) return { code: '', command: '', responseCode: 0, message: String(error) };
  const code = 'code' in error ? String(error.code) : '';
  const command = 'command' in error ? String(error.command) : '';
  return {
    code,
    command,
    responseCode: 'responseCode' in error ? Number(error.responseCode) : 0,
    message: error.message,
  };
}
