/** A line of the last minute's latency: no axes, only its shape and where it stands now. */

const KEPT = 120;

export class Sparkline {
  private readonly values: (number | undefined)[] = [];

  constructor(private readonly canvas: HTMLCanvasElement) {}

  clear(): void {
    this.values.length = 0;
  }

  /** One sample; undefined leaves a gap. */
  push(value: number | undefined): void {
    this.values.push(value);
    if (this.values.length > KEPT) this.values.shift();
    this.draw();
  }

  private draw(): void {
    const { canvas, values } = this;
    const pen = canvas.getContext('2d');
    if (!pen || canvas.clientWidth === 0) return;
    const [width, height, ratio] = [canvas.clientWidth, canvas.clientHeight, window.devicePixelRatio];
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    pen.scale(ratio, ratio);
    const style = getComputedStyle(canvas);
    pen.strokeStyle = style.color;
    pen.fillStyle = style.color;
    pen.lineWidth = 1.5;
    pen.lineJoin = 'round';

    const known = values.filter((value) => value !== undefined);
    if (known.length === 0) return;
    // At least one second from top to bottom, so that a steady stream looks steady.
    const middle = (Math.min(...known) + Math.max(...known)) / 2;
    const reach = Math.max(0.5, (Math.max(...known) - Math.min(...known)) / 2);
    const x = (index: number) => width - 4 - ((values.length - 1 - index) * (width - 8)) / (KEPT - 1);
    const y = (value: number) => height / 2 - ((value - middle) / reach) * (height / 2 - 5);

    pen.beginPath();
    values.forEach((value, index) => {
      if (value === undefined) return;
      if (values[index - 1] === undefined) pen.moveTo(x(index), y(value));
      else pen.lineTo(x(index), y(value));
    });
    pen.stroke();
    const last = values.at(-1);
    if (last === undefined) return;
    pen.beginPath();
    pen.arc(x(values.length - 1), y(last), 3, 0, 2 * Math.PI);
    pen.fill();
  }
}
