export { ThumbnailController } from './thumbnail.controller.js';
export { ThumbnailService } from './thumbnail.service.js';
