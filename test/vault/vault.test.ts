import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { newId, type LinkId } from '../../src/domain/ids.ts';
import { SealError } from '../../src/vault/seal.ts';
import { openVault } from '../../src/vault/vault.ts';

const k1 = { id: 'k1', key: randomBytes(32) };
const k2 = { id: 'k2', key: randomBytes(32) };
const vault = openVault([k1]);
const context = { fleetId: 'flt_1', row: 'own_1', kind: 'owner.email' };

test('what is sealed opens again in its row', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => vault.open(vault.seal(text, context), context) === text),
  );
});

test('the same text is sealed differently every time, and is not seen in it', () => {
  const [one, two] = [vault.seal('anna@example.com', context), vault.seal('anna@example.com', context)];
  assert.notDeepEqual(one, two);
  assert.ok(!one.includes('anna'));
});

test('the sealed form has the layout that is drawn', () => {
  const sealed = vault.seal('abc', context);
  assert.equal(sealed.length, 2 + 2 + (12 + 32 + 16) + (12 + 3 + 16));
  assert.deepEqual([...sealed.subarray(0, 4)], [1, 2, ...Buffer.from('k1')]);
});

test('a sealed value opens in no other fleet, row or column', () => {
  const sealed = vault.seal('anna@example.com', context);
  const others = [{ fleetId: 'flt_2' }, { fleetId: null }, { row: 'own_2' }, { kind: 'owner.phone' }];
  for (const other of others) {
    assert.throws(
      () => vault.open(sealed, { ...context, ...other }),
      (error) => error instanceof SealError && error.reason === 'refused',
    );
  }
  assert.throws(() =>
    vault.open(vault.seal('x', { fleetId: 'a', row: 'bc', kind: 'd' }), { fleetId: 'a', row: 'b', kind: 'cd' }),
  );
});

test('no byte of a sealed value can be changed, cut or added', () => {
  const sealed = vault.seal('anna@example.com', context);
  for (let at = 0; at < sealed.length; at += 1) {
    const changed = Buffer.from(sealed);
    changed[at] = (changed[at] ?? 0) ^ 1;
    assert.throws(() => vault.open(changed, context), SealError, `byte ${at}`);
    assert.throws(() => vault.open(sealed.subarray(0, at), context), SealError, `cut at ${at}`);
  }
  assert.throws(() => vault.open(Buffer.concat([sealed, Buffer.from([0])]), context), SealError);
});

test('no bytes open by chance, and an error says nothing of them', () => {
  const tried = fc.uint8Array({ maxLength: 200 });
  fc.assert(
    fc.property(tried, (bytes) => {
      assert.throws(() => vault.open(Buffer.from(bytes), context), SealError);
    }),
  );
});

test('an old key still opens after a new one is put first, and not after it is taken away', () => {
  const sealed = vault.seal('anna', context);
  const rotated = openVault([k2, k1]);
  assert.equal(rotated.open(sealed, context), 'anna');
  assert.equal(rotated.seal('x', context).subarray(2, 4).toString(), 'k2');
  assert.throws(
    () => openVault([k2]).open(sealed, context),
    (error) => error instanceof SealError && error.reason === 'unknownKey',
  );
});

test('another key under the same id opens nothing', () => {
  const sealed = vault.seal('anna', context);
  assert.throws(() => openVault([{ id: 'k1', key: randomBytes(32) }]).open(sealed, context), SealError);
});

test('a digest is the same for the same text and purpose, and found under every key', () => {
  const rotated = openVault([k2, k1]);
  assert.deepEqual(vault.digest('anna@example.com', 'owner.email'), vault.digest('anna@example.com', 'owner.email'));
  assert.notDeepEqual(vault.digest('anna@example.com', 'owner.email'), vault.digest('anna@example.com', 'owner.phone'));
  assert.notDeepEqual(vault.digest('b', 'a'), vault.digest('', 'ab'));
  assert.deepEqual(rotated.digests('x', 'p'), [openVault([k2]).digest('x', 'p'), vault.digest('x', 'p')]);
});

const linkId = newId('lnk', new Date('2026-09-02T08:20:00Z'));

test('a link has a token that stands for it under any key, and fits in an address', () => {
  const token = vault.linkToken(linkId);
  assert.match(token, /^[\w-]{58}$/);
  assert.equal(token, vault.linkToken(linkId));
  assert.equal(vault.readLinkToken(token), linkId);
  assert.equal(openVault([k2, k1]).readLinkToken(token), linkId);
  assert.equal(openVault([k2]).readLinkToken(token), null);
});

test('a token that was changed anywhere, or guessed, stands for nothing', () => {
  const token = vault.linkToken(linkId);
  for (let at = 0; at < token.length; at += 1) {
    const changed = `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
    assert.equal(vault.readLinkToken(changed), null, `character ${at}`);
  }
  for (const wrong of ['', token.slice(1), `${token}A`, `${token}=`, `${token} `, token.slice(0, 26), linkId]) {
    assert.equal(vault.readLinkToken(wrong), null, wrong);
  }
  fc.assert(fc.property(fc.string({ maxLength: 100 }), (text) => vault.readLinkToken(text) === null));
});

test('tokens of two links have nothing to do with each other', () => {
  const other: LinkId = newId('lnk', new Date('2026-09-02T08:20:00Z'));
  const mixed = vault.linkToken(other).slice(0, 26) + vault.linkToken(linkId).slice(26);
  assert.equal(vault.readLinkToken(mixed), null);
});

test('a new secret has 256 bits, and a fingerprint is its SHA-256', () => {
  assert.equal(Buffer.from(vault.newSecret(), 'base64url').length, 32);
  assert.notEqual(vault.newSecret(), vault.newSecret());
  assert.equal(
    vault.fingerprint('abc').toString('hex'),
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
});

test('a vault without a key, with a short one, or with one id twice is not opened, and its keys never show', () => {
  assert.throws(() => openVault([]), /needs a sealing key/);
  assert.throws(() => openVault([{ id: 'k1', key: randomBytes(31) }]), /31 bytes instead of 32/);
  assert.throws(() => openVault([k1, { ...k2, id: 'k1' }]), /share an id/);
  assert.equal(inspect(vault, { depth: 9, showHidden: true }), '[vault]');
});
