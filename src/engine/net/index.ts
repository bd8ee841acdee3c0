export { ANY_ADDRESS, AddressPolicy, parseRange } from './address-policy.js';
export * from './resolve-allowed.js';
