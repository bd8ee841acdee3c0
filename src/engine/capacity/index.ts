export { builtInCosts } from './built-in-costs.js';
export { calibrate, CALIBRATION_BUDGET_SECONDS, type CalibrateOptions } from './calibrate.js';
export { coresAvailable } from './cores.js';
export { streamCost, type MachineCosts, type StreamCost, type StreamDemand } from './cost.js';
export { encoderThreads } from './encoder-threads.js';
export { fits, freeCores, largestThatFits, type Room } from './room.js';
