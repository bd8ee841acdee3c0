/** The HTTP of playback as the server speaks it alone, without nginx. */
import { afterAll, beforeAll, describe } from 'vitest';
import { startApplication } from '../support/application.js';
import { describeHttp } from '../support/describe-http.js';

let application: Awaited<ReturnType<typeof startApplication>>;
let url: string;

beforeAll(async () => {
  application = await startApplication();
  await application.app.listen(0, '127.0.0.1');
  url = await application.app.getUrl();
});
afterAll(() => application.remove());

describe('the server without nginx', () => describeHttp(() => ({ application, url })));
