import { Module } from '@nestjs/common';
import { OriginModule } from '../origin/index.js';
import { NginxShare } from './nginx-share.js';
import { OwnRequests } from './own-requests.js';
import { ViewerLog } from './viewer-log.js';
import { ViewersController } from './viewers.controller.js';
import { ViewersMetrics } from './viewers.metrics.js';
import { ViewersService } from './viewers.service.js';

/** Who watches: counted without sessions or cookies, from nginx's log or from this server's own answers. */
@Module({
  imports: [OriginModule],
  controllers: [ViewersController],
  providers: [ViewersService, NginxShare, ViewerLog, OwnRequests, ViewersMetrics],
})
export class ViewersModule {}
