import { Module } from '@nestjs/common';
import { DiskGuard } from './disk-guard.js';

/** The disk of the media: metrics, and a word in the log before it is full. */
@Module({ providers: [DiskGuard], exports: [DiskGuard] })
export class DiskModule {}
