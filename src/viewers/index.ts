export { ViewersModule } from './viewers.module.js';
