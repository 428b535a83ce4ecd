// Up to 50,000 points, stamped into an image: no graphics card needed. A category has a colour and a shape.
// Drag moves, the wheel and + - zoom, arrows move; with the lasso (or Shift) a drag encloses points; Enter takes those in view.
const LIGHT = ["#b3261e", "#7b2cbf", "#9a6700", "#1f5fa8", "#c2410c", "#3f3f46", "#15803d", "#6b7280", "#6b7280"];
const DARK = ["#ff8a80", "#d0a2ff", "#f2c14e", "#8ec5ff", "#ffab70", "#e4e4e7", "#7ee29b", "#a1a1aa", "#a1a1aa"];
const SHAPES = ["●", "■", "▲", "◆", "▼", "✚", "○", "✖", "✖"];
const INSIDE = [
  (x, y) => x * x + y * y <= 1.1,
  (x, y) => Math.max(Math.abs(x), Math.abs(y)) <= 0.8,
  (x, y) => y <= 0.8 && Math.abs(x) <= (y + 1) / 1.7,
  (x, y) => Math.abs(x) + Math.abs(y) <= 1.05,
  (x, y) => y >= -0.8 && Math.abs(x) <= (1 - y) / 1.7,
  (x, y) => Math.min(Math.abs(x), Math.abs(y)) <= 0.34 && Math.max(Math.abs(x), Math.abs(y)) <= 1,
  (x, y) => x * x + y * y <= 1.1 && x * x + y * y >= 0.35,
  (x, y) => Math.abs(Math.abs(x) - Math.abs(y)) <= 0.35 && Math.max(Math.abs(x), Math.abs(y)) <= 1,
];

export default {
  template: `<div>
    <div class="row" role="group" aria-label="类别">
      <button v-for="(name, i) in kinds" :key="i" v-show="counts[i]" :aria-pressed="String(!hidden[i])" @click="toggle(i)">
        <span :style="{color: colours[i]}" aria-hidden="true">{{ shapes[i] }}</span> {{ name }} {{ counts[i] }}</button>
      <button :aria-pressed="String(lasso)" @click="lasso = !lasso" id="map-lasso">圈选</button>
      <button @click="fit()">全图</button>
    </div>
    <div class="map" ref="box">
      <canvas ref="canvas" tabindex="0" role="application" aria-label="主题地图：方向键移动，加减号缩放，回车列出视野内的点"
        @pointerdown="down" @pointermove="move" @pointerup="up" @wheel.prevent="wheel" @keydown="key"></canvas>
      <span class="map-name" v-for="name in names" :key="name.text" :style="{left: name.x + 'px', top: name.y + 'px'}">{{ name.text }}</span>
      <p v-if="state" class="map-state" role="status">{{ state }}</p>
    </div></div>`,
  props: { address: String },
  data: () => ({ kinds: [], counts: [], hidden: [], names: [], groups: [], colours: LIGHT, shapes: SHAPES, lasso: false, state: "" }),
  mounted() {
    this.resized = new ResizeObserver(() => this.draw());
    this.resized.observe(this.$refs.box);
    this.themed = new MutationObserver(() => this.draw());
    this.themed.observe(document.body, { attributeFilter: ["class"] });
    this.load();
  },
  unmounted() {
    this.resized.disconnect();
    this.themed.disconnect();
  },
  watch: { address() { this.load(); } },
  methods: {
    async load() {
      const address = this.address;
      this.state = "正在计算位置……";
      const answer = await fetch(address);
      if (address !== this.address) return;
      if (!answer.ok) return (this.state = "未能取得数据");
      const bytes = await answer.arrayBuffer();
      const length = new DataView(bytes).getUint32(0, true);
      const head = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, length)));
      this.points = new Float32Array(bytes, 4 + length, 2 * head.count);
      this.of = new Uint8Array(bytes, 4 + length + 8 * head.count, head.count);
      const counts = head.kinds.map(() => 0);
      for (const kind of this.of) counts[kind]++;
      Object.assign(this, { kinds: head.kinds, counts, hidden: head.kinds.map(() => false), groups: head.groups });
      this.state = head.count ? "" : "这段时间没有报告";
      this.$refs.box.dataset.count = head.count;
      this.fit();
    },
    fit() {
      this.view = { x: 0, y: 0, zoom: 0.94 };
      this.draw();
    },
    toggle(kind) {
      this.hidden[kind] = !this.hidden[kind];
      this.draw();
    },
    draw() {
      if (!this.points || this.waiting) return;
      this.waiting = requestAnimationFrame(() => {
        this.waiting = 0;
        const start = performance.now();
        this.paint();
        this.$refs.box.dataset.frame = (performance.now() - start).toFixed(1);
      });
    },
    paint() {
      const canvas = this.$refs.canvas, ratio = window.devicePixelRatio || 1;
      const width = (canvas.width = Math.round(canvas.clientWidth * ratio));
      const height = (canvas.height = Math.round(canvas.clientHeight * ratio));
      if (!width || !height) return;
      this.colours = document.body.classList.contains("body--dark") ? DARK : LIGHT;
      const context = canvas.getContext("2d"), image = context.createImageData(width, height);
      const pixels = new Uint32Array(image.data.buffer);
      const size = Math.max(2, Math.min(7, 2.4 * Math.sqrt(this.view.zoom) * (this.points.length < 8000 ? 1.5 : 1))) * ratio;
      const reach = Math.ceil(size), stamps = this.colours.map((_, kind) => this.stamp(kind, size, width));
      const colours = this.colours.map((c) => 0xff000000 | (parseInt(c.slice(5), 16) << 16) | (parseInt(c.slice(3, 5), 16) << 8) | parseInt(c.slice(1, 3), 16));
      const [across, down, left, top] = this.scale(width, height);
      // Plain variables: whatever is read of `this` is watched, which takes ten times as long.
      const { points, of } = this, hidden = [...this.hidden];
      for (let i = 0; i < of.length; i++) {
        const kind = of[i];
        if (hidden[kind]) continue;
        const x = Math.round(left + points[2 * i] * across), y = Math.round(top + points[2 * i + 1] * down);
        if (x < reach || y < reach || x >= width - reach || y >= height - reach) continue;
        const at = y * width + x, stamp = stamps[kind], colour = colours[kind];
        for (let j = 0; j < stamp.length; j++) pixels[at + stamp[j]] = colour;
      }
      context.putImageData(image, 0, 0);
      this.names = this.groups
        .map((g) => ({ text: g.name, x: (left + g.x * across) / ratio, y: (top + g.y * down) / ratio }))
        .filter((n) => n.x > 30 && n.y > 10 && n.x < width / ratio - 30 && n.y < height / ratio - 10);
      if (this.line?.length) this.outline(context, ratio);
    },
    stamp(kind, size, width) {
      const inside = INSIDE[Math.min(kind, INSIDE.length - 1)], found = [], reach = Math.ceil(size);
      for (let y = -reach; y <= reach; y++) for (let x = -reach; x <= reach; x++) if (inside(x / size, y / size)) found.push(y * width + x);
      return Int32Array.from(found);
    },
    outline(context, ratio) {
      context.beginPath();
      for (const [x, y] of this.line) context.lineTo(x * ratio, y * ratio);
      context.strokeStyle = this.colours[3];
      context.lineWidth = 2 * ratio;
      context.setLineDash([6 * ratio, 4 * ratio]);
      context.stroke();
    },
    // The plane fills the box: its axes mean nothing, so each has a scale of its own.
    scale(width, height) {
      const across = (width / 2) * this.view.zoom, down = (height / 2) * this.view.zoom;
      return [across, down, width / 2 + this.view.x * across, height / 2 + this.view.y * down];
    },
    zoom(factor, x, y) {
      const { clientWidth: width, clientHeight: height } = this.$refs.canvas;
      const [across, down, left, top] = this.scale(width, height);
      const [dataX, dataY] = [(x - left) / across, (y - top) / down];
      this.view.zoom = Math.max(0.5, Math.min(80, this.view.zoom * factor));
      const [wide, high] = this.scale(width, height);
      this.view.x = (x - width / 2) / wide - dataX;
      this.view.y = (y - height / 2) / high - dataY;
      this.draw();
    },
    wheel(event) {
      this.zoom(Math.exp(-event.deltaY / 400), event.offsetX, event.offsetY);
    },
    down(event) {
      this.$refs.canvas.setPointerCapture(event.pointerId);
      this.last = [event.offsetX, event.offsetY];
      this.line = this.lasso || event.shiftKey ? [this.last] : null;
    },
    move(event) {
      if (!this.last) return;
      const now = [event.offsetX, event.offsetY];
      if (this.line) this.line.push(now);
      else this.shift(now[0] - this.last[0], now[1] - this.last[1]);
      this.last = now;
      this.draw();
    },
    shift(x, y) {
      const [across, down] = this.scale(this.$refs.canvas.clientWidth, this.$refs.canvas.clientHeight);
      this.view.x += x / across;
      this.view.y += y / down;
      this.draw();
    },
    up() {
      const line = this.line;
      this.last = this.line = null;
      this.draw();
      if (line?.length > 2) this.take((x, y) => within(x, y, line));
    },
    key(event) {
      const { clientWidth: width, clientHeight: height } = this.$refs.canvas;
      const moves = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
      if (moves[event.key]) this.shift(...moves[event.key]);
      else if (event.key === "+" || event.key === "=") this.zoom(1.4, width / 2, height / 2);
      else if (event.key === "-") this.zoom(1 / 1.4, width / 2, height / 2);
      else if (event.key === "Enter") this.take((x, y) => x >= 0 && y >= 0 && x <= width && y <= height);
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
    take(wanted) {
      const [across, down, left, top] = this.scale(this.$refs.canvas.clientWidth, this.$refs.canvas.clientHeight), found = [];
      const { points, of } = this, hidden = [...this.hidden];
      for (let i = 0; i < of.length; i++)
        if (!hidden[of[i]] && wanted(left + points[2 * i] * across, top + points[2 * i + 1] * down)) found.push(i);
      this.$emit("chosen", { points: found.slice(0, 200), count: found.length });
    },
  },
};

// Whether a point lies in a polygon: how often a ray to the right crosses it.
function within(x, y, line) {
  let inside = false;
  for (let i = 0, j = line.length - 1; i < line.length; j = i++) {
    const [ax, ay] = line[i], [bx, by] = line[j];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}
