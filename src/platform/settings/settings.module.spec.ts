import { Inject, Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from 'vitest';
import { readSettings, SETTINGS, SettingsModule, type Settings } from './index.js';

@Injectable()
class Reader {
  constructor(@Inject(SETTINGS) readonly settings: Settings) {}
}

@Module({ providers: [Reader], exports: [Reader] })
class ReaderModule {}

describe('the settings module', () => {
  it('gives every module the settings of the environment', async () => {
    const module = await Test.createTestingModule({ imports: [SettingsModule, ReaderModule] }).compile();
    expect(module.get(Reader).settings).toEqual(readSettings(process.env));
  });

  it('can be given settings instead', async () => {
    const settings = readSettings({ SEGMENT_DURATION: '6' });
    const module = await Test.createTestingModule({ imports: [SettingsModule.with(settings), ReaderModule] }).compile();
    expect(module.get(Reader).settings).toBe(settings);
  });
});
