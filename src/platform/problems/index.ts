export { PROBLEM_FACES, type ProblemFace } from './faces.js';
export { FieldProblem, type FieldError } from './field-problem.js';
export { problemDocument, type ProblemDocument } from './problem-document.js';
export { ProblemFilter } from './problem.filter.js';
export { renderProblemsPage } from './problems-docs.js';
export { ProblemsModule } from './problems.module.js';
export { validationPipe } from './validation.js';
export { sendProblem } from './send-problem.js';
