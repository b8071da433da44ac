/**
 * What keeps an attention score from counting: exp of it is 0, while the sum of two such numbers and any score
 * stays finite, in float16 too once the largest score is subtracted.
 */
export const maskedBias = -30_000;
