// A file is chosen: its beginning (all of a workbook) goes to the server, which tells the columns. Then it is sent whole.
const HEAD = 1 << 18;

export default {
  template: `<div class="box upload" @dragover.prevent @drop.prevent="choose($event.dataTransfer.files[0])">
    <label for="upload-file">选择文件，或拖到这里</label>
    <input id="upload-file" ref="field" type="file" accept=".csv,.tsv,.txt,.xlsx,.jsonl,.ndjson" @change="choose($event.target.files[0])">
    <div v-if="state" role="status"><label>{{ state }} <progress :value="part" max="1"></progress></label></div>
  </div>`,
  data: () => ({ file: null, state: "", part: 0 }),
  methods: {
    async choose(file) {
      if (!file) return;
      this.file = file;
      this.state = "正在读取列名";
      this.part = 0;
      const workbook = /\.xlsx$/i.test(file.name);
      const head = workbook || file.size <= HEAD ? file : await this.lines(file);
      const answer = await fetch(`/submit/columns?name=${encodeURIComponent(file.name)}`, { method: "POST", body: head });
      const told = await answer.json();
      this.state = "";
      if (!answer.ok) return this.refuse(told);
      const about = Math.round((told.rows * file.size) / head.size);
      this.$emit("chosen", { ...told, name: file.name, about });
    },
    // Whole lines only: half a row at the end would be a bad row.
    async lines(file) {
      const bytes = new Uint8Array(await file.slice(0, HEAD).arrayBuffer());
      const end = bytes.lastIndexOf(10) + 1;
      return file.slice(0, end || HEAD);
    },
    send(mapping) {
      const form = new FormData();
      form.append("map", JSON.stringify(mapping));
      form.append("file", this.file);
      const request = new XMLHttpRequest();
      request.open("POST", "/v1/reports/upload");
      request.responseType = "json";
      this.state = "正在上传";
      request.upload.onprogress = (event) => (this.part = event.loaded / event.total);
      request.onerror = () => this.refuse({ detail: "网络中断" });
      request.onload = () => {
        this.state = "";
        this.$refs.field.value = "";
        if (request.status === 202) this.$emit("sent", { job: request.response.id });
        else this.refuse(request.response);
      };
      request.send(form);
    },
    refuse(told) {
      this.state = "";
      this.$refs.field.value = "";
      const errors = (told?.errors ?? []).map((error) => error.detail).join("；");
      this.$emit("refused", { detail: errors || told?.detail || "" });
    },
  },
};
