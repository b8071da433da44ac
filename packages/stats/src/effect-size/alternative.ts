/**
 * Which departure from the null hypothesis a test looks for: `less` and `greater` name the side on which
 * the tested values would lie.
 */
export type Alternative = 'two-sided' | 'less' | 'greater';
