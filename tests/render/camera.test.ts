/** The camera: what part of a layout is seen after each move. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Camera } from '#render/flamegraph/camera.ts';
import { layoutTree } from '#render/flamegraph/layout.ts';
import { profileFromText, treeOf } from '../support/profile-from-text.ts';

// main 0–100, parse 0–60 (lex 0–60, scan 0–45), read 60–90
const profile = profileFromText(`
  main;parse;lex;scan 45
  main;parse;lex 15
  main;read 30
  main 10
`);
const tree = treeOf(profile);
const node = (name: string): number => [...tree.func].findIndex((func) => profile.functions.names[func] === name);

let camera: Camera;

/** 100 × 40 device px: one px a value, two rows of the five. */
beforeEach(() => {
  camera = new Camera();
  camera.setSize(100, 40, 1);
  camera.setTree(tree, layoutTree(tree));
});

const range = (): [number, number] => [camera.view.from, camera.view.to];

describe('zoom', () => {
  it('a node fills the width, and its row is in view', () => {
    expect(camera.zoomTo(node('scan'))).toBe(true);
    expect(range()).toEqual([0, 45]);
    // Row 4 is the second of the two rows that are seen.
    expect(camera.view.scroll).toBe(60);
    expect(camera.zoomTo(node('read'))).toBe(true);
    expect(range()).toEqual([60, 90]);
    // Below read is nothing: no more is scrolled out than there is.
    expect(camera.view.scroll).toBe(20);
  });

  it('keeps the value under the pointer, and stops at the whole', () => {
    camera.zoomAt(60, 0.5);
    expect(range()).toEqual([30, 80]);
    expect(camera.zoomAt(60, 0.5)).toBe(true);
    expect(range()).toEqual([45, 70]);
    camera.zoomAt(0, 100);
    expect(range()).toEqual([0, 100]);
    expect(camera.zoomAt(0, 2)).toBe(false);
  });

  it('has a narrowest range', () => {
    for (let step = 0; step < 40; step++) camera.zoomAt(0, 0.5);
    expect(range()).toEqual([0, 100 * 1e-9]);
    expect(camera.zoomAt(0, 0.5)).toBe(false);
  });

  it('names the outermost node whose box holds the view', () => {
    expect(camera.containingNode()).toBe(0);
    camera.zoomTo(node('lex'));
    // parse and lex are equally wide.
    expect(camera.containingNode()).toBe(node('parse'));
    camera.zoomTo(node('scan'));
    expect(camera.containingNode()).toBe(node('scan'));
    camera.panBy(-10, 0);
    expect(camera.containingNode()).toBe(node('parse'));
  });
});

describe('pan', () => {
  it('stops at both sides', () => {
    camera.zoomAt(50, 0.5);
    expect(range()).toEqual([25, 75]);
    expect(camera.panBy(1000, 0)).toBe(true);
    expect(range()).toEqual([0, 50]);
    expect(camera.panBy(1, 0)).toBe(false);
    camera.panBy(-1000, 0);
    expect(range()).toEqual([50, 100]);
  });

  it('stops at the last row that has something in the range', () => {
    camera.panBy(0, -1000);
    expect(camera.view.scroll).toBe(60);
    expect(camera.panBy(0, -1)).toBe(false);
    camera.panBy(0, 1000);
    expect(camera.view.scroll).toBe(0);
    camera.zoomAt(100, 0.35);
    // From 65 on there is read, two rows below the root.
    camera.panBy(0, -1000);
    expect(camera.view.scroll).toBe(20);
  });

  it('keeps the scroll position when there are fewer rows', () => {
    camera.zoomAt(0, 0.3);
    camera.panBy(0, -1000);
    expect(camera.view.scroll).toBe(60);
    camera.panBy(-70, 0);
    expect(camera.view.scroll).toBe(60);
    camera.panBy(0, -5);
    expect(camera.view.scroll).toBe(60);
    camera.panBy(0, 5);
    expect(camera.view.scroll).toBe(55);
  });

  it('sums fractions of a device pixel', () => {
    for (let step = 0; step < 10; step++) camera.panBy(0, -0.3);
    expect(camera.view.scroll).toBe(3);
  });

  it('moves the other way in a flame graph', () => {
    camera.setDirection('flame');
    camera.panBy(0, 25);
    expect(camera.view.scroll).toBe(25);
    // Content is 100 px high, of which 40 are seen: its upper end is 60 - 25 above the view.
    expect(camera.top).toBe(35);
    camera.scrollTo(0);
    expect([camera.view.scroll, camera.top]).toEqual([60, 0]);
    camera.scrollTo(1000);
    expect(camera.view.scroll).toBe(0);
  });
});

describe('rows and ranges', () => {
  it('come into view by the shortest way, or stay', () => {
    camera.showRow(3);
    expect(camera.view.scroll).toBe(40);
    camera.showRow(2);
    expect(camera.view.scroll).toBe(40);
    camera.showRow(0);
    expect(camera.view.scroll).toBe(0);
    camera.zoomTo(node('read'));
    expect(camera.showRange(70, 80)).toBe(false);
    expect(camera.showRange(10, 20)).toBe(true);
    expect(range()).toEqual([0, 30]);
    camera.showRange(0, 0);
    camera.zoomTo(node('read'));
    // Wider than the view: its left edge.
    camera.showRange(5, 55);
    expect(range()).toEqual([5, 35]);
  });

  it('stay at their place when the height of a row or the ratio changes', () => {
    camera.panBy(0, -40);
    camera.setRowHeight(10);
    expect([camera.view.row, camera.view.scroll]).toEqual([10, 10]);
    camera.setSize(100, 40, 2);
    expect([camera.view.width, camera.view.height, camera.view.row, camera.view.scroll]).toEqual([200, 80, 20, 20]);
  });
});

it('another tree is seen whole, and none moves nowhere', () => {
  camera.zoomTo(node('scan'));
  camera.setTree(tree, layoutTree(tree));
  expect([...range(), camera.view.scroll]).toEqual([0, 100, 0]);
  camera.setTree(undefined, undefined);
  expect(range()).toEqual([0, 1]);
  expect(camera.zoomTo(0)).toBe(false);
  expect(camera.containingNode()).toBe(0);
  expect(camera.contentHeight).toBe(0);
  expect(camera.panBy(0, -10)).toBe(false);
});
