export type { AuditSubject } from './subject/audit-subject.js';
