export { ExplainService } from './explain.service.js';
export { ExplanationDto } from './explain.dto.js';
export { Observations } from './observations.js';
