import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BufferModel } from './buffer-model.js';

const aModel = (tracks = 1) => new BufferModel({ tracks, resumeSeconds: 0.5 });

describe('a buffer model', () => {
  it('plays nothing until enough is buffered of every track', () => {
    const model = aModel(2);
    model.append(0, 5, 0);
    expect(model.state).toBe('starting');
    model.append(1, 0.4, 100);
    expect(model.state).toBe('starting');
    model.append(1, 0.1, 200);
    expect(model.state).toBe('playing');
    expect(model.position(700)).toBeCloseTo(0.5);
  });

  it('stalls at the instant the buffer runs dry, however late anybody looks', () => {
    const model = aModel();
    model.append(0, 1, 0);
    expect(model.stalledSeconds(3000)).toBeCloseTo(2);
    expect([model.state, model.stalls]).toEqual(['stalled', 1]);
    expect(model.position(3000)).toBeCloseTo(1);
  });

  it('goes on after a stall once there is enough again, and has lost the time it stood still', () => {
    const model = aModel();
    model.append(0, 1, 0);
    model.append(0, 0.3, 2000);
    expect(model.state).toBe('stalled');
    model.append(0, 0.3, 2500);
    expect(model.state).toBe('playing');
    expect(model.stalledSeconds(2700)).toBeCloseTo(1.5);
    expect(model.position(2700)).toBeCloseTo(1.2);
  });

  it('runs dry with the track that has least', () => {
    const model = aModel(2);
    model.append(0, 10, 0);
    model.append(1, 1, 0);
    expect(model.ahead(400)).toBeCloseTo(0.6);
    expect(model.stalledSeconds(1500)).toBeCloseTo(0.5);
  });

  it('counts no stall when a part arrives just in time, again and again', () => {
    const model = aModel();
    model.append(0, 1, 0);
    for (let part = 1; part <= 100; part += 1) model.append(0, 0.5, part * 500);
    expect([model.state, model.stalls]).toEqual(['playing', 0]);
  });

  it('plays out what is left of a stream that has ended, without calling that a stall', () => {
    const model = aModel();
    model.append(0, 1, 0);
    model.finish(500);
    expect(model.stalledSeconds(5000)).toBe(0);
    expect([model.state, model.stalls]).toEqual(['ended', 0]);
  });

  it('takes a seek for a stall that ends when the new place is buffered', () => {
    const model = aModel();
    model.append(0, 1, 0);
    model.seek([-0.2], 600);
    model.append(0, 0.7, 900);
    expect(model.state).toBe('playing');
    expect([model.stalls, model.stalledSeconds(900)]).toEqual([1, expect.closeTo(0.3)]);
  });

  it('never plays faster than time, nor what it does not have', () => {
    const step = fc.record({
      wait: fc.integer({ min: 0, max: 2000 }),
      append: fc.double({ min: 0, max: 2, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
        const model = aModel();
        let [nowMs, appended, before] = [0, 0, 0];
        for (const { wait, append } of steps) {
          nowMs += wait;
          const position = model.position(nowMs);
          expect(position).toBeLessThanOrEqual(Math.min(appended, before + wait / 1000) + 1e-9);
          expect(position).toBeGreaterThanOrEqual(before);
          before = position;
          model.append(0, append, nowMs);
          appended += append;
        }
        expect(model.position(nowMs) + model.stalledSeconds(nowMs)).toBeLessThanOrEqual(nowMs / 1000 + 1e-9);
      }),
    );
  });
});
