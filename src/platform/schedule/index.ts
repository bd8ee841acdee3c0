export { Schedule } from './schedule.js';
export { ScheduleModule } from './schedule.module.js';
