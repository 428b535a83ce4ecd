// HTML from the server, and what people do in it. data-click, data-change, data-submit and data-input name a handler on
// the server. A key that stands in aria-keyshortcuts presses its button, unless somebody is typing. What a form with a
// target asks for comes into the frame of that name at once.
const KINDS = ["click", "change", "submit", "input"];
const TYPING = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";

export default {
  template: "<div></div>",
  props: { innerHTML: String },
  mounted() {
    this.listeners = KINDS.map((kind) => [this.$el, kind, (event) => this.tell(kind, event)]);
    this.listeners.push([this.$el, "keydown", (event) => this.choose(event)]);
    this.listeners.push([document, "keydown", (event) => this.press(event)]);
    for (const [target, kind, listener] of this.listeners) target.addEventListener(kind, listener);
    this.render();
  },
  updated() {
    this.render();
  },
  unmounted() {
    for (const [target, kind, listener] of this.listeners) target.removeEventListener(kind, listener);
    clearTimeout(this.timer);
  },
  methods: {
    render() {
      if (this.shown === this.innerHTML) return;
      const focused = this.$el.contains(document.activeElement) ? document.activeElement.id : "";
      const open = [...this.$el.querySelectorAll("details[id][open]")].map((details) => details.id);
      this.$el.innerHTML = this.shown = this.innerHTML;
      for (const id of open) document.getElementById(id)?.setAttribute("open", "");
      const wanted = this.$el.querySelector("[data-focus]") || (focused && document.getElementById(focused));
      if (wanted) wanted.focus({ preventScroll: true });
    },
    tell(kind, event) {
      const target = event.target.closest(`[data-${kind}]`);
      if (!target || target.disabled) return;
      if (kind === "submit") event.preventDefault();
      const form = target.matches("form") ? target : target.form;
      const fields = form ? Object.fromEntries([...new FormData(form)].filter(([, v]) => typeof v === "string")) : {};
      const checked = [...this.$el.querySelectorAll("input[type=checkbox][data-pick]:checked")].map((e) => e.value);
      const told = { ...target.dataset, do: target.dataset[kind], value: target.value ?? "", fields, checked };
      clearTimeout(this.timer);
      if (form?.target && !this.open(form)) return;
      if (kind !== "input") this.$emit("do", told);
      else if (target.dataset.input === "") this.filter(target);
      else {
        this.options(target)?.replaceChildren();
        this.timer = setTimeout(() => this.$emit("do", told), 120);
      }
    },
    open(form) {
      if (!form.reportValidity()) return false;
      const address = `${form.action}?${new URLSearchParams(new FormData(form))}`;
      // In place of what was shown there, so that a step back still leaves the page.
      if (address !== this.opened) frames[form.target].location.replace(address);
      this.opened = address;
      return true;
    },
    press(event) {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      if (document.activeElement?.matches(TYPING)) return;
      const key = CSS.escape(event.key === " " ? "Space" : event.key.length === 1 ? event.key.toLowerCase() : event.key);
      if (key === "Enter" && document.activeElement?.matches("a, button, summary")) return;
      const button = this.$el.querySelector(`[aria-keyshortcuts~="${key}"]:not(:disabled)`);
      if (!button) return;
      event.preventDefault();
      button.click();
    },
    // A text field with a list of options below it: arrows go through the list, Enter takes, Escape leaves.
    options(field) {
      const id = field.getAttribute("aria-controls");
      return id ? document.getElementById(id) : null;
    },
    filter(field) {
      const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      const options = [...this.options(field).children];
      for (const option of options) option.hidden = !words.every((word) => option.dataset.words.includes(word));
      this.mark(field, options.filter((option) => !option.hidden), 0);
    },
    mark(field, options, index) {
      for (const option of this.options(field).children) option.setAttribute("aria-selected", "false");
      const option = options[Math.max(0, Math.min(index, options.length - 1))];
      field.setAttribute("aria-activedescendant", option ? option.id : "");
      option?.setAttribute("aria-selected", "true");
      option?.scrollIntoView({ block: "nearest" });
    },
    choose(event) {
      const field = event.target;
      if (field.getAttribute("role") !== "combobox" || event.isComposing) return;
      const options = [...this.options(field).children].filter((option) => !option.hidden);
      const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
      if (event.key === "ArrowDown") this.mark(field, options, at + 1);
      else if (event.key === "ArrowUp") this.mark(field, options, at - 1);
      else if (event.key === "Enter") options[Math.max(0, at)]?.click();
      else if (event.key === "Escape") this.$el.querySelector("[data-leave]")?.click();
      else return;
      event.preventDefault();
    },
  },
};
