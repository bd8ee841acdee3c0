export { ListQueryDto } from './list-query.dto.js';
export { specAfter, specOfRequest } from './spec-of-request.js';
export { DryRunDto, type PlannedQualityDto, StartQueryDto, WAIT_SECONDS } from './start-query.dto.js';
export { StreamIdParam } from './stream-id-param.js';
export {
  HeartbeatDto,
  StartStreamDto,
  StoppedDto,
  type StorageDto,
  StreamInfoDto,
  SwitchSourceDto,
} from './streams.dto.js';
export { UpdateStreamDto } from './update-stream.dto.js';
export { webhookInfo } from './webhook-wishes.js';
