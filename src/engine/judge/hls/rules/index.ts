/** All rules of HLS, by what they look at. */
export { CHANGE_RULES, type Change } from './change.js';
export { WINDOW_RULES } from './window.js';
export { DATE_RULES } from './dates.js';
export { LOW_LATENCY_RULES } from './low-latency.js';
export { SERVER_CONTROL_RULES } from './server-control.js';
export { PRESENTATION_RULES, type Member, type Presentation } from './presentation.js';
export { RENDITION_RULES } from './renditions.js';
export { SEGMENT_RULES } from './segments.js';
export { TEXT_RULES } from './text.js';
export { VARIANT_RULES } from './multivariant.js';
export { DELIVERY_RULES, isListed, type DeliveryProbe } from './delivery.js';
export {
  DATE_MAPPING_RULES,
  FETCHED_SEGMENT_RULES,
  MEASURED_VARIANT_RULES,
  type DateMapping,
  type FetchedSegment,
  type MeasuredVariant,
} from './media.js';
export { REPORT_RULES, type ReportCheck } from './reports.js';
