/** The console of a server that asks for tokens. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { hashToken, newToken } from '../../src/platform/auth/token.js';
import { launchChromium } from '../support/chromium.js';
import { accessibilityFaults, openPage } from '../support/page-judge.js';
import { startServer, type RunningServer } from '../support/server.js';

const [operator, guest] = [newToken(), newToken()];

let server: RunningServer;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  const tokens = [`operator:control:${hashToken(operator)}`, `guest:read:${hashToken(guest)}`];
  server = await startServer({ env: { API_TOKENS: tokens.join(',') } });
  browser = await launchChromium();
  page = (await openPage(browser)).page;
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const logIn = async (token: string): Promise<void> => {
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Log in' }).click();
};

describe('the console of a server that asks for tokens', () => {
  it.each(['dark', 'light'] as const)(
    'asks for one, and axe-core finds no fault in %s colours',
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme });
      await page.goto(server.url);
      await page.getByRole('heading', { name: 'Log in' }).waitFor();
      expect(await accessibilityFaults(page)).toEqual([]);
    },
  );

  it('says so when the server does not know the token', async () => {
    await logIn(newToken());
    await page.getByText('The server does not know this token.').waitFor();
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
  });

  it('greys what a token of scope read may not do, and says why', async () => {
    await logIn(guest);
    await page.getByText('guest').waitFor();
    expect(await page.getByRole('button', { name: 'Start a stream' }).isDisabled()).toBe(true);
    expect(await page.getByRole('button', { name: 'Start the test picture' }).isDisabled()).toBe(true);
    await page.getByText('Your token may only look').first().waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it('forgets the token when one logs out', async () => {
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
  });

  it('lets a token of scope control start a stream, whose token is in no address and outlives a reload', async () => {
    await logIn(operator);
    await page.getByRole('button', { name: 'Start the test picture' }).click();
    await page.getByRole('heading', { name: 'Test picture' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Test picture' }).waitFor();
    expect(page.url()).not.toContain(operator);
    expect(await page.evaluate('localStorage.length')).toBe(0);
  });
});
