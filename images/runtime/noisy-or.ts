/** Weights of independent evidence joined: 1 − Π(1 − w), rounded to three places. More evidence never lowers it. */
export function noisyOr(weights: readonly number[]): number {
  const doubt = weights.reduce((product, weight) => product * (1 - weight), 1);
  return Math.round((1 - doubt) * 1000) / 1000;
}
