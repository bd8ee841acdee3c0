export { AuthModule } from './auth.module.js';
export { Open, OPEN, type OpenWhen } from './open.js';
export { hashToken, isToken, newToken } from './token.js';
