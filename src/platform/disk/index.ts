export { DiskGuard } from './disk-guard.js';
export { DiskModule } from './disk.module.js';
