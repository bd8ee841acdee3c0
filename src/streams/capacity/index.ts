export { Admission, hundredths, type Measured } from './admission.js';
export { Machine } from './machine.js';
