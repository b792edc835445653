"use strict";

// Errors are written where a test, and a reader of the source, can see them.
window.addEventListener("error", (event) => {
  const root = document.documentElement;
  root.dataset.errors = `${root.dataset.errors || ""}${event.message}\n`;
});

// What is folded away on the screen belongs on the paper.
window.addEventListener("beforeprint", () => {
  for (const part of document.querySelectorAll("details:not([open])")) {
    part.dataset.folded = "yes";
    part.open = true;
  }
});
window.addEventListener("afterprint", () => {
  for (const part of document.querySelectorAll("details[data-folded]")) {
    delete part.dataset.folded;
    part.open = false;
  }
});

const SVG = "http://www.w3.org/2000/svg";
const ROW = 19;
const NARROWEST = 0.4;

function element(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

// Frames come in preorder with their depths: parents, callees and offsets follow from these.
function readFlame(data) {
  const frames = data.samples.map((samples, i) => ({
    id: i, samples, depth: data.depth[i], name: data.names[data.name_of[i]],
    kind: data.kinds[data.name_of[i]], parent: null, callees: [], start: 0,
  }));
  const above = [];
  for (const frame of frames) {
    above.length = frame.depth;
    frame.parent = above[frame.depth - 1] || null;
    if (frame.parent) {
      const before = frame.parent.callees.at(-1);
      frame.start = before ? before.start + before.samples : frame.parent.start;
      frame.parent.callees.push(frame);
    }
    above.push(frame);
  }
  return frames;
}

class FlameGraph {
  constructor(stage, status, reset) {
    this.stage = stage;
    this.status = status;
    this.reset = reset;
    this.sought = "";
    reset.addEventListener("click", () => this.zoom(this.frames[0]));
    new ResizeObserver(() => this.draw()).observe(stage);
  }

  show(data) {
    this.label = data.label;
    this.frames = readFlame(data);
    this.top = this.current = this.frames[0];
    this.draw();
    this.tell(this.current);
  }

  zoom(frame) {
    this.top = this.current = frame;
    this.draw();
    this.tell(frame);
  }

  search(text) {
    this.sought = text.trim().toLowerCase();
    this.draw();
    if (!this.sought) return this.tell(this.current);
    const found = this.frames.filter((frame) => frame.depth > 0 && this.matches(frame));
    // a match below another match is counted once
    const outer = found.filter((frame) => {
      for (let p = frame.parent; p; p = p.parent) if (p.depth > 0 && this.matches(p)) return false;
      return true;
    });
    const samples = outer.reduce((sum, frame) => sum + frame.samples, 0);
    this.status.textContent = found.length
      ? `“${text.trim()}”: ${found.length} frames, ${this.share(samples)} of the samples.`
      : `No frame is named like “${text.trim()}”.`;
    return undefined;
  }

  matches(frame) {
    return this.sought !== "" && frame.name.toLowerCase().includes(this.sought);
  }

  share(samples) {
    const percent = (100 * samples) / (this.frames[0].samples || 1);
    return `${percent.toFixed(percent < 9.95 ? 1 : 0)} %`;
  }

  tell(frame) {
    if (frame.depth === 0) {
      this.status.textContent = `${frame.samples.toLocaleString("en")} samples in all.`;
      return;
    }
    const own = frame.samples - frame.callees.reduce((sum, callee) => sum + callee.samples, 0);
    this.status.textContent =
      `${frame.name}: ${frame.samples.toLocaleString("en")} samples, ${this.share(frame.samples)} of all` +
      (own ? `; ${this.share(own)} in itself.` : ".");
  }

  visible() {
    const shown = [];
    for (let p = this.top.parent; p; p = p.parent) shown.unshift(p);
    const waiting = [this.top];
    const scale = this.width / (this.top.samples || 1);
    while (waiting.length) {
      const frame = waiting.pop();
      if (frame.samples * scale < NARROWEST) continue;
      shown.push(frame);
      waiting.push(...frame.callees);
    }
    return shown;
  }

  draw() {
    this.width = Math.max(200, this.stage.clientWidth);
    const shown = this.visible();
    const rows = 1 + Math.max(...shown.map((frame) => frame.depth));
    const svg = element("svg", {
      width: this.width, height: rows * ROW, viewBox: `0 0 ${this.width} ${rows * ROW}`, tabindex: 0, role: "tree",
      "aria-label": `Flame graph of ${this.label}. Arrow keys move, Enter zooms in, Escape zooms out.`,
    });
    for (const frame of shown) svg.append(this.box(frame));
    svg.addEventListener("keydown", (event) => this.key(event));
    const focused = this.stage.contains(document.activeElement);
    this.stage.replaceChildren(svg);
    this.svg = svg;
    this.reset.disabled = this.top === this.frames[0];
    this.mark();
    if (focused) svg.focus({ preventScroll: true });
    document.documentElement.dataset.flame = "drawn";
  }

  box(frame) {
    const above = frame.depth < this.top.depth;
    const scale = this.width / (this.top.samples || 1);
    const x = above ? 0 : (frame.start - this.top.start) * scale;
    const width = above ? this.width : frame.samples * scale;
    const box = element("g", {
      id: `frame-${frame.id}`, class: above ? "frame above" : "frame", role: "treeitem",
      "aria-level": frame.depth + 1, "aria-label": `${frame.name}, ${this.share(frame.samples)}`,
    });
    const fill = this.matches(frame) ? "f-found" : `f-${frame.kind}`;
    box.append(element("rect", { class: fill, x, y: frame.depth * ROW, width, height: ROW, rx: 2 }));
    const letters = Math.floor((width - 8) / 6.95);
    if (letters >= 3) {
      const name = frame.name.length > letters ? `${frame.name.slice(0, letters - 1)}…` : frame.name;
      box.append(element("text", { x: x + 4, y: frame.depth * ROW + 13.5 }, name));
    }
    box.addEventListener("mouseenter", () => this.tell(frame));
    box.addEventListener("click", () => this.zoom(frame));
    return box;
  }

  mark() {
    this.svg.querySelector(".current")?.classList.remove("current");
    const box = this.svg.querySelector(`#frame-${this.current.id}`);
    if (box && document.activeElement === this.svg) box.classList.add("current");
    this.svg.setAttribute("aria-activedescendant", `frame-${this.current.id}`);
  }

  key(event) {
    const siblings = this.current.parent ? this.current.parent.callees : [this.current];
    const at = siblings.indexOf(this.current);
    const moves = {
      ArrowDown: this.current.callees[0], ArrowUp: this.current.parent,
      ArrowLeft: siblings[at - 1], ArrowRight: siblings[at + 1],
    };
    if (event.key in moves) {
      if (moves[event.key]) this.current = moves[event.key];
      this.mark();
      this.tell(this.current);
    } else if (event.key === "Enter" || event.key === " ") {
      this.zoom(this.current);
    } else if (event.key === "Escape") {
      this.zoom(this.frames[0]);
    } else {
      return;
    }
    event.preventDefault();
  }
}

function startFlameGraph() {
  const source = document.getElementById("flame-data");
  if (!source) return;
  const profiles = JSON.parse(source.textContent);
  const find = (id) => document.getElementById(id);
  const graph = new FlameGraph(find("flame-stage"), find("flame-status"), find("flame-reset"));
  const choice = find("flame-choice");
  const tables = document.querySelectorAll(".hot-one");
  const choose = () => {
    const chosen = Number(choice.value);
    tables.forEach((table, i) => table.classList.toggle("aside", i !== chosen));
    graph.show(profiles[chosen]);
  };
  choice.addEventListener("change", choose);
  find("flame-search").addEventListener("input", (event) => graph.search(event.target.value));
  choose();
}

document.addEventListener("DOMContentLoaded", startFlameGraph);
