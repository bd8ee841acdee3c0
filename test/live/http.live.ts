/** The HTTP of playback as viewers get it, through a real nginx: the same rows as for the server alone. */
import { afterAll, beforeAll, describe } from 'vitest';
import { startApplication } from '../support/application.js';
import { describeHttp } from '../support/describe-http.js';
import { startNginx, type RunningNginx } from '../support/nginx.js';

let application: Awaited<ReturnType<typeof startApplication>>;
let nginx: RunningNginx;

beforeAll(async () => {
  application = await startApplication();
  await application.app.listen(0, '127.0.0.1');
  const originPort = Number(new URL(await application.app.getUrl()).port);
  nginx = await startNginx({ originPort, outputDir: application.settings.outputDir });
});
afterAll(async () => {
  await nginx?.stop();
  await application?.remove();
});

describe('nginx in front of the server', () => describeHttp(() => ({ application, url: nginx.url })));
