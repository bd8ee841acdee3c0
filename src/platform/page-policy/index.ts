export { setSecurityHeaders } from './security-headers.js';
