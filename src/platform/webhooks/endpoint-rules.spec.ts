import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { readSettings } from '../settings/index.js';
import { isWebhookSecret, isWebhookUrl, shownWebhookUrl } from './endpoint-rules.js';

const secretOf = (bytes: number): string => `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`;

describe('the secret of a webhook', () => {
  it.each([24, 25, 32, 64])('may be %i bytes', (bytes) => {
    expect(isWebhookSecret(secretOf(bytes))).toBe(true);
    expect(() => new Webhook(secretOf(bytes))).not.toThrow();
  });

  it.each([
    ...[secretOf(23), secretOf(65), secretOf(24).slice(6), 'whsec_', 'whsec_====', '', undefined, 7],
    ...[`${secretOf(24)}\n`, `whsec_${'a-b_'.repeat(8)}`, `${secretOf(25).slice(0, -1)}`],
  ])('may not be %j', (text) => expect(isWebhookSecret(text)).toBe(false));
});

describe('the URL of a webhook', () => {
  it.each(['https://ops.example.com', 'http://10.0.0.1:8080/a?b=c', 'HTTPS://user:pass@ops.example.com/'])(
    'may be %s',
    (url) => expect(isWebhookUrl(url)).toBe(true),
  );

  it.each([
    ...['ftp://a.example.com/', 'file:///etc/passwd', 'a.example.com', '//a.example.com/', 'https://', 'http:///x'],
    ...['https://a b.example.com/', 'https://a.example.com/#x', 'https://a.example.com/\n', 'javascript:alert(1)'],
    ...['http://%zz/', `https://a.example.com/${'x'.repeat(2000)}`, null, {}],
  ])('may not be %j', (url) => expect(isWebhookUrl(url)).toBe(false));

  it('is shown without what may give the right to call it', () => {
    expect(
      ['https://user:pass@ops.example.com:8443/hook/T0/B1?key=2', 'https://ops.example.com', 'http://a/?k=1'].map(
        shownWebhookUrl,
      ),
    ).toEqual(['https://ops.example.com:8443/…', 'https://ops.example.com', 'http://a/…']);
  });
});

describe('the settings of webhooks', () => {
  it('are refused without a secret: what is not signed is not sent', () => {
    expect(() => readSettings({ WEBHOOK_URLS: 'https://ops.example.com/hook' })).toThrow(
      /WEBHOOK_SECRET is not set: webhooks are always signed/,
    );
  });

  it.each([
    ['WEBHOOK_URLS', 'https://ops.example.com/token-0815,ftp://b.example.com/'],
    ['WEBHOOK_SECRET', 'whsec_token-0815'],
    ['WEBHOOK_EVENTS', 'stream.failed,stream.exploded'],
  ])('name %s when it is wrong, and show no secret', (name, text) => {
    const read = (): unknown => readSettings({ WEBHOOK_SECRET: secretOf(32), [name]: text });
    expect(read).toThrow(new RegExp(`^${name} is `));
    expect(read).not.toThrow(/0815/);
  });
});
