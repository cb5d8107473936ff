/** The canvas calls that this room uses. A browser's 2D context is one, the tests' recorder is another. */
export type Painter = Pick<
  OffscreenCanvasRenderingContext2D,
  | 'fillStyle'
  | 'font'
  | 'textAlign'
  | 'textBaseline'
  | 'direction'
  | 'fillRect'
  | 'clearRect'
  | 'fillText'
  | 'measureText'
>;
