// The browser's half of the gate editor: it draws and asks. Gates and counts are made in Python.
const LEFT = 63, TOP = 11, SIZE = 400;
const SVG = "http://www.w3.org/2000/svg";
const RAMP = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]]; // viridis
const EVERY = 90; // ms between two questions while a hand moves

function colour(shade) {
  if (shade === 0) return [255, 255, 255];
  const at = (shade / 255) * (RAMP.length - 1), low = Math.min(Math.floor(at), RAMP.length - 2), part = at - low;
  return RAMP[low].map((value, i) => Math.round(value + part * (RAMP[low + 1][i] - value)));
}

function make(parent, name, attributes = {}, text = "") {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.textContent = text;
  parent.append(element);
  return element;
}

function shape(parent, name, attributes, text = "") {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.textContent = text;
  parent.append(element);
  return element;
}

const px = ([x, y]) => [LEFT + x * SIZE, TOP + (1 - y) * SIZE];
const count = (n) => n.toLocaleString("en");
const share = (percent) => (percent === null || Number.isNaN(percent) ? "" : `${percent.toPrecision(3)} %`);

function render({ model, el }) {
  let tool = "select", chosen = "", points = [], hand = null, asked = 0;
  const root = make(el, "div", { class: "fp-editor", role: "group", "aria-label": "Gate editor" });
  const bar = make(root, "div", { class: "fp-bar", role: "toolbar", "aria-label": "Drawing" });
  const tools = {};
  for (const [name, label] of [["select", "Select"], ["polygon", "Polygon"], ["rectangle", "Rectangle"], ["ellipse", "Ellipse"]]) {
    tools[name] = make(bar, "button", { type: "button", "data-tool": name }, label);
    tools[name].onclick = () => { tool = name; giveUp(); };
  }
  const button = (label, act) => { const made = make(bar, "button", { type: "button" }, label); made.onclick = act; return made; };
  const back = button("Undo", () => send({ kind: "undo" }));
  const forth = button("Redo", () => send({ kind: "redo" }));
  const gone = button("Delete", () => { if (chosen) { send({ kind: "remove", gate: chosen }); chosen = ""; } });
  const named = make(bar, "input", { "aria-label": "Name of the chosen or next gate", placeholder: "name of the gate", size: 16 });
  named.onchange = () => { if (chosen && named.value.trim()) { send({ kind: "rename", gate: chosen, to: named.value }); chosen = named.value.trim(); } };
  for (const [form, label] of [["yaml", "Save YAML"], ["xml", "Save Gating-ML"]]) button(label, () => send({ kind: "export", form }));
  const axes = make(root, "div", { class: "fp-bar" });
  const choice = (label, act) => {
    const box = make(axes, "label", {}, `${label} `), made = make(box, "select", { "aria-label": label });
    made.onchange = () => { points = []; chosen = ""; send({ kind: "look", ...act(made.value) }); };
    return made;
  };
  const x = choice("x axis", (value) => ({ x: value }));
  const y = choice("y axis", (value) => ({ y: value }));
  const parent = choice("within", (value) => ({ parent: value }));
  const main = make(root, "div", { class: "fp-main" });
  const plot = make(main, "div", { class: "fp-plot", tabindex: 0, role: "application", "aria-label": "Density plot; draw with the mouse, Enter closes a polygon, Escape gives it up" });
  const canvas = make(plot, "canvas");
  const svg = shape(plot, "svg", { viewBox: "0 0 480 470" });
  const table = make(main, "table");
  const message = make(root, "div", { class: "fp-message", role: "status", "aria-live": "polite" });
  make(root, "div", { class: "fp-note" }, "Research use only. A side on the border of the plot is open. Double click or Enter closes a polygon.");

  const send = (content) => { model.send(content); };
  const moving = (content) => { const now = Date.now(); if (now - asked > EVERY) { asked = now; send({ ...content, final: false }); } };
  const place = (event) => {
    const box = svg.getBoundingClientRect();
    const at = [((event.clientX - box.left) * 480 / box.width - LEFT) / SIZE, 1 - ((event.clientY - box.top) * 470 / box.height - TOP) / SIZE];
    return at.map((value) => Math.min(1, Math.max(0, value)));
  };
  const giveUp = () => { points = []; hand = null; send({ kind: "look" }); show(); }; // what was only counted goes
  const finish = () => {
    const drawn = points;
    points = [];
    if (drawn.length >= 3) { draw("polygon", drawn); show(); } else giveUp();
  };
  const draw = (kind, drawn) => {
    const taken = model.get("view").table.some((row) => row.gate === named.value.trim());
    send({ kind: "draw", shape: kind, points: drawn, name: chosen || taken ? "" : named.value.trim() });
    named.value = "";
    tool = "select";
  };

  plot.onpointerdown = (event) => {
    plot.focus();
    const at = place(event);
    if (tool === "polygon") { points.push(at); show(); return; }
    if (tool !== "select") { hand = { from: at }; plot.setPointerCapture(event.pointerId); return; }
    const data = event.target.dataset || {};
    if (data.handle !== undefined) hand = { gate: chosen, handle: Number(data.handle) };
    else if (data.gate !== undefined && data.gate === chosen) hand = { gate: chosen, handle: -1, from: at };
    else { chosen = data.gate || ""; named.value = chosen; show(); return; }
    plot.setPointerCapture(event.pointerId);
  };
  const dragged = (at) => ({ kind: "drag", gate: hand.gate, handle: hand.handle, to: hand.handle < 0 ? [at[0] - hand.from[0], at[1] - hand.from[1]] : at });
  plot.onpointermove = (event) => {
    const at = place(event);
    if (tool === "polygon" && points.length) { show([...points, at]); if (points.length > 1) ask([...points, at]); return; }
    if (!hand) return;
    if (hand.gate) moving(dragged(at));
    else { hand.to = at; show([hand.from, at]); moving({ kind: "draw", shape: tool, points: [hand.from, at] }); }
  };
  const ask = (drawn) => moving({ kind: "draw", shape: "polygon", points: drawn });
  plot.onpointerup = (event) => {
    if (!hand) return;
    const at = place(event), done = hand;
    if (done.gate) { if (done.handle >= 0 || Math.hypot(at[0] - done.from[0], at[1] - done.from[1]) > 0.004) send(dragged(at)); hand = null; return; }
    hand = null;
    if (done.to) draw(tool, [done.from, at]);
    show();
  };
  plot.ondblclick = () => { if (tool === "polygon") { points.pop(); finish(); } };
  plot.onkeydown = (event) => {
    if (event.key === "Enter") finish();
    else if (event.key === "Escape") { tool = "select"; giveUp(); }
    else if (event.key === "Delete") gone.onclick();
    else if (event.key === "z" && (event.ctrlKey || event.metaKey)) send({ kind: event.shiftKey ? "redo" : "undo" });
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  function paint() {
    const bins = model.get("bins"), raw = model.get("density");
    const bytes = raw instanceof DataView ? new Uint8Array(raw.buffer, raw.byteOffset, raw.byteLength) : new Uint8Array(raw);
    canvas.width = canvas.height = bins;
    const image = new ImageData(bins, bins);
    for (let row = 0; row < bins; row++) for (let column = 0; column < bins; column++) {
      const at = 4 * ((bins - 1 - row) * bins + column);
      image.data.set([...colour(bytes[row * bins + column]), 255], at);
    }
    canvas.getContext("2d").putImageData(image, 0, 0);
  }

  function axis(view) {
    const bottom = TOP + SIZE;
    for (const at of view.x.minor) shape(svg, "path", { class: "fp-minor", d: `M${LEFT + at * SIZE} ${bottom}v4` });
    for (const at of view.y.minor) shape(svg, "path", { class: "fp-minor", d: `M${LEFT} ${TOP + (1 - at) * SIZE}h-4` });
    for (const [at, label] of view.x.ticks) {
      shape(svg, "path", { class: "fp-major", d: `M${LEFT + at * SIZE} ${bottom}v8` });
      shape(svg, "text", { x: LEFT + at * SIZE, y: bottom + 22, "text-anchor": "middle" }, label);
    }
    for (const [at, label] of view.y.ticks) {
      shape(svg, "path", { class: "fp-major", d: `M${LEFT} ${TOP + (1 - at) * SIZE}h-8` });
      shape(svg, "text", { x: LEFT - 11, y: TOP + (1 - at) * SIZE + 4, "text-anchor": "end" }, label);
    }
    shape(svg, "text", { x: LEFT + SIZE / 2, y: bottom + 44, "text-anchor": "middle" }, view.x.label);
    shape(svg, "text", { x: 14, y: TOP + SIZE / 2, "text-anchor": "middle", transform: `rotate(-90 14 ${TOP + SIZE / 2})` }, view.y.label);
  }

  function show(draft = points) {
    const view = model.get("view");
    if (!view.table.some((row) => row.gate === chosen) && !view.gates.some((gate) => gate.gate === chosen)) chosen = "";
    for (const [name, element] of Object.entries(tools)) element.setAttribute("aria-pressed", String(name === tool));
    back.disabled = !view.can_undo;
    forth.disabled = !view.can_redo;
    gone.disabled = !chosen;
    for (const [select, side] of [[x, view.x], [y, view.y]]) fill(select, view.channels.map(([name, label]) => [name, label]), side.name);
    fill(parent, [["", "all events"], ...view.parents.map((name) => [name, name])], view.parent);
    message.textContent = view.message;
    svg.replaceChildren();
    axis(view);
    for (const gate of view.gates) {
      const on = gate.gate === chosen, corners = gate.outline.map(px);
      if (!corners.length) continue;
      shape(svg, "polygon", { class: `fp-gate${on ? " fp-chosen" : ""}`, points: corners.map((p) => p.join()).join(" "), "data-gate": gate.gate });
      const top = corners.reduce((a, b) => (b[1] < a[1] ? b : a));
      const label = shape(svg, "text", { class: "fp-name", x: Math.min(Math.max(top[0], LEFT + 4), LEFT + SIZE - 130), y: Math.max(top[1] - 6, TOP + 14) }, `${gate.id} ${share(gate.percent)}`);
      label.dataset.label = gate.id;
      if (on) gate.handles.forEach((at, n) => { const [cx, cy] = px(at); shape(svg, "circle", { class: "fp-handle", cx, cy, r: 6, "data-handle": n }); });
    }
    if (draft.length > 1 || hand) {
      const two = tool !== "polygon" && draft.length === 2 ? box(draft) : draft;
      if (tool === "ellipse" && draft.length === 2) ellipse(draft);
      else if (two.length) shape(svg, "polygon", { class: "fp-draft", points: two.map((p) => px(p).join()).join(" ") });
    }
    list(view);
  }

  const box = ([a, b]) => [a, [b[0], a[1]], b, [a[0], b[1]]];
  function ellipse([a, b]) {
    const [p, q] = [px(a), px(b)];
    shape(svg, "ellipse", { class: "fp-draft", cx: (p[0] + q[0]) / 2, cy: (p[1] + q[1]) / 2, rx: Math.abs(p[0] - q[0]) / 2, ry: Math.abs(p[1] - q[1]) / 2 });
  }

  function fill(select, rows, value) {
    select.replaceChildren();
    for (const [name, label] of rows) make(select, "option", { value: name }, label);
    select.value = value;
  }

  function list(view) {
    table.replaceChildren();
    make(table, "caption", {}, `${view.sample}: ${count(view.n_parent)} events of ${view.parent || "all events"} shown`);
    const head = make(make(table, "thead"), "tr");
    for (const label of ["gate", "parent", "n", "% of parent"]) make(head, "th", { scope: "col" }, label);
    const body = make(table, "tbody");
    for (const row of view.table) {
      const line = make(body, "tr", row.gate === chosen ? { class: "fp-chosen" } : {});
      const choose = make(make(line, "td"), "button", { type: "button" }, row.gate);
      choose.onclick = () => { chosen = row.gate; named.value = chosen; tool = "select"; show(); };
      make(line, "td", {}, row.parent);
      make(line, "td", {}, `${count(row.n)} of ${count(row.n_parent)}`);
      make(line, "td", {}, share(row.percent));
    }
  }

  const shown = () => show(tool === "polygon" || !hand ? points : [hand.from, hand.to].filter(Boolean));
  const received = (content) => {
    if (content.kind !== "export") return;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([content.text], { type: "text/plain" }));
    link.download = content.name;
    link.click();
    URL.revokeObjectURL(link.href);
  };
  model.on("change:view", shown);
  model.on("change:density", paint);
  model.on("msg:custom", received);
  paint();
  show();
  return () => { model.off("change:view", shown); model.off("change:density", paint); model.off("msg:custom", received); };
}

export default { render };
