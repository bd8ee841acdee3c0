/** The systemd unit and the drop-in for nginx. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSettings, SETTING_TABLE } from '../../src/platform/settings/index.js';
import { imageConfig, ROOT } from './image.js';
import { commandOf, environmentOf, parseUnit } from './systemd-unit.js';

const UNIT = join(ROOT, 'config/systemd/lockstep.service');
const unit = parseUnit(readFileSync(UNIT, 'utf8'));
const one = (name: string): string | undefined => unit.values('Service', name)[0];

describe('the systemd unit', () => {
  it('uses directives that systemd knows, each in its section', () => {
    expect(unit.unknown).toEqual([]);
    expect(parseUnit('[Service]\nRestrt=always\n[Unit]\nUser=a').unknown).toEqual(['Service.Restrt', 'Unit.User']);
    expect(() => parseUnit('[Service]\nRestart: always')).toThrow('not a line of a unit');
  });

  it('passes systemd-analyze verify, where systemd is installed', () => {
    // It complains of programs that are not there: on this machine Node may live elsewhere.
    const { error, stderr } = spawnSync('systemd-analyze', ['verify', UNIT], { encoding: 'utf8' });
    const complaints = error ? [] : stderr.split('\n').filter((line) => line.includes('lockstep.service'));
    expect(complaints.filter((line) => !/is not executable|Failed to (?:create|add|open)/.test(line))).toEqual([]);
  });

  it('starts the server as the image does', () => {
    const [node, ...words] = commandOf(unit);
    const [, ...asInImage] = imageConfig('server').command;
    expect(node).toBe('/usr/bin/node');
    expect(words.map((word) => word.replace(`${one('WorkingDirectory')}/`, ''))).toEqual(asInImage);
  });

  it('sets settings that there are, and folders that systemd makes for it', () => {
    const { NODE_ENV, ...settings } = environmentOf(unit);
    expect(NODE_ENV).toBe('production');
    expect(Object.keys(settings).filter((name) => !(name in SETTING_TABLE))).toEqual([]);
    expect(readSettings(settings)).toMatchObject({
      ...{ outputDir: `/var/cache/${one('CacheDirectory')}`, dataDir: `/var/lib/${one('StateDirectory')}` },
    });
    // nginx reads the one; the other holds the addresses of sources.
    expect([one('CacheDirectoryMode'), one('StateDirectoryMode'), one('UMask')]).toEqual(['0755', '0700', '0022']);
  });

  it('lets the server end its ffmpegs, and leaves none behind', () => {
    expect([one('KillMode'), one('Restart'), one('RestartPreventExitStatus')]).toEqual(['mixed', 'always', '78']);
    expect(Number(one('TimeoutStopSec'))).toBeGreaterThan(readSettings({}).shutdownTimeout + 5);
    expect(Number(one('LimitNOFILE'))).toBeGreaterThanOrEqual(65_536);
  });

  it('gives it no more than it needs', () => {
    expect([one('User'), one('NoNewPrivileges'), one('ProtectSystem'), one('CapabilityBoundingSet')]).toEqual([
      ...['lockstep', 'yes', 'strict', ''],
    ]);
    // V8 writes code and runs it.
    expect(one('MemoryDenyWriteExecute')).toBeUndefined();
  });
});

describe('the drop-in for nginx', () => {
  it('uses directives that systemd knows, and allows as many files as the template asks for', () => {
    const dropIn = parseUnit(readFileSync(join(ROOT, 'config/systemd/nginx.service.d/lockstep.conf'), 'utf8'));
    expect(dropIn.unknown).toEqual([]);
    expect(dropIn.values('Service', 'LimitNOFILE')[0]).toBe(imageConfig('nginx').env['MAX_OPEN_FILES']);
  });
});
