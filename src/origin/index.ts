export { Catalogue, type Listing } from './catalogue.js';
export { OriginModule } from './origin.module.js';
