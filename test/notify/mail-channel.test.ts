import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { after, test } from 'node:test';

import { SMTPServer } from 'smtp-server';
import type { SMTPServerOptions } from 'smtp-server';

import { openMailChannel } from '../../src/notify/mail-channel.ts';
import type { OutgoingMail, Sent } from '../../src/notify/mail-channel.ts';

const closers: (() => void)[] = [];
after(() => closers.forEach((close) => close()));

const mail: OutgoingMail = {
  messageId: '<ntf_1@towline.example>',
  fromName: 'Isar Cars, Munich',
  to: 'meyer@example.com',
  replyTo: 'help@isar.example',
  subject: 'Please reconnect your Škoda Enyaq',
  html: '<p>Hello</p>',
  text: 'Hello',
};

interface Received {
  to: string[];
  raw: string;
}

/** A mail server in this process; says what it received. */
async function mailServer(options: SMTPServerOptions = {}): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, callback) {
      let raw = '';
      stream.on('data', (chunk: Buffer) => (raw += chunk.toString('utf8')));
      stream.on('end', () => {
        received.push({ to: session.envelope.rcptTo.map(({ address }) => address), raw });
        callback(null);
      });
    },
    ...options,
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close());
  return { url: `smtp://127.0.0.1:${portOf(server.server)}`, received };
}

const portOf = (server: Pick<Server, 'address'>): number => (server.address() as AddressInfo).port; // it listens on TCP

/** A server that speaks as `talk` makes it. */
async function rawServer(talk: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    talk(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `smtp://127.0.0.1:${portOf(server)}`;
}

async function sendThrough(smtpUrl: string, change: Partial<OutgoingMail> = {}, timeoutMs = 2_000): Promise<Sent> {
  const channel = openMailChannel({ smtpUrl, from: 'towline@isar.example', timeoutMs });
  try {
    return await channel.send({ ...mail, ...change });
  } finally {
    channel.close();
  }
}

const answer = (responseCode: number, message: string): Error => Object.assign(new Error(message), { responseCode });

test('an accepted message arrives with its id, its sender and both its forms, marked as written by a machine', async () => {
  const { url, received } = await mailServer();
  assert.deepEqual(await sendThrough(url), { sent: true });
  const [one] = received;
  assert.deepEqual(one?.to, ['meyer@example.com']);
  const raw = one?.raw ?? '';
  assert.match(raw, /^Message-ID: <ntf_1@towline\.example>\r?$/m);
  assert.match(raw, /^Auto-Submitted: auto-generated\r?$/m);
  assert.match(raw, /^From: "Isar Cars, Munich" <towline@isar\.example>\r?$/m);
  assert.match(raw, /^Reply-To: help@isar\.example\r?$/m);
  assert.match(raw, /^Subject: =\?UTF-8\?/m);
  assert.match(raw, /text\/plain[\s\S]*text\/html/);
  assert.equal(received.length, 1);
});

test('a message sent a second time has the same id', async () => {
  const { url, received } = await mailServer();
  await sendThrough(url, { messageId: 'ntf_2@towline.example' });
  await sendThrough(url, { messageId: 'ntf_2@towline.example' });
  for (const { raw } of received) assert.match(raw, /^Message-ID: <ntf_2@towline\.example>\r?$/m);
  assert.equal(received.length, 2);
});

test('a recipient that does not exist is final, and the reason names no address', async () => {
  const { url, received } = await mailServer({
    onRcptTo: ({ address }, _session, callback) => callback(answer(550, `5.1.1 <${address}>: no such user`)),
  });
  const sent = await sendThrough(url);
  assert.ok(!sent.sent);
  assert.equal(sent.permanent, true);
  assert.match(sent.reason, /550/);
  assert.match(sent.reason, /no such user/);
  assert.doesNotMatch(sent.reason, /meyer/);
  assert.deepEqual(received, []);
});

test('a text that is refused for good is final', async () => {
  const { url } = await mailServer({
    onData(stream, _session, callback) {
      stream.resume();
      stream.on('end', () => callback(answer(554, '5.7.1 content refused')));
    },
  });
  const sent = await sendThrough(url);
  assert.ok(!sent.sent && sent.permanent);
});

test('a mailbox that is full for now is tried again', async () => {
  const { url } = await mailServer({
    onRcptTo: (_address, _session, callback) => callback(answer(452, '4.2.2 mailbox full')),
  });
  const sent = await sendThrough(url);
  assert.ok(!sent.sent && !sent.permanent);
});

test('a refused login or sender is ours to put right, so the message is tried again', async () => {
  const refusing = await mailServer({
    authOptional: false,
    onAuth: (_auth, _session, callback) => callback(answer(535, 'bad login')),
  });
  const login = await sendThrough(refusing.url.replace('//', '//user:wrong@'));
  assert.ok(!login.sent && !login.permanent);
  assert.doesNotMatch(login.reason, /wrong/);
  const other = await mailServer({
    onMailFrom: (_address, _session, callback) => callback(answer(550, 'sender not allowed')),
  });
  const sender = await sendThrough(other.url);
  assert.ok(!sender.sent && !sender.permanent);
});

test('a server that hangs up in the middle is tried again', async () => {
  const url = await rawServer((socket) => {
    socket.write('220 hello\r\n');
    socket.on('data', (chunk) => {
      const line = chunk.toString();
      if (line.startsWith('RCPT')) socket.destroy();
      else socket.write('250 fine\r\n');
    });
  });
  const sent = await sendThrough(url);
  assert.ok(!sent.sent && !sent.permanent);
});

test('a server that never speaks costs no more than the time it is given', async () => {
  const url = await rawServer(() => undefined);
  const began = Date.now();
  const sent = await sendThrough(url, {}, 200);
  assert.ok(!sent.sent && !sent.permanent);
  assert.ok(Date.now() - began < 2_000);
});

test('a server that falls silent after the text is tried again', async () => {
  const url = await rawServer((socket) => {
    socket.write('220 hello\r\n');
    socket.on('data', (chunk) => {
      const line = chunk.toString();
      if (line.startsWith('DATA')) socket.write('354 go on\r\n');
      else if (/^(EHLO|MAIL|RCPT)/.test(line)) socket.write('250 fine\r\n');
    });
  });
  const sent = await sendThrough(url, {}, 200);
  assert.ok(!sent.sent && !sent.permanent);
});

test('no server at all is an answer too', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  const sent = await sendThrough(`smtp://127.0.0.1:${port}`);
  assert.ok(!sent.sent && !sent.permanent);
});

test('a server is tried by signing in, and gets no message', async () => {
  const { url, received } = await mailServer();
  const verify = async (smtpUrl: string): Promise<Sent> => {
    const channel = openMailChannel({ smtpUrl, from: 'towline@isar.example', timeoutMs: 2_000 });
    try {
      return await channel.verify();
    } finally {
      channel.close();
    }
  };
  assert.deepEqual(await verify(url), { sent: true });
  assert.deepEqual(received, []);
  const strict = await mailServer({
    onAuth: (_auth, _session, callback) => callback(answer(535, 'wrong password of meyer@example.com')),
    authOptional: false,
  });
  const refused = await verify(strict.url.replace('smtp://', 'smtp://meyer:wrong@'));
  assert.ok(!refused.sent);
  assert.doesNotMatch(refused.reason, /meyer|wrong@/);
});
