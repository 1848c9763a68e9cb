// Charts: each element names its kind and the JSON block that holds its data. Colours are read
// from the tokens, so a change of theme redraws; a click follows the link behind the mark.
// Every chart has its table beside it in the page, written by the server.
const drawn = new Map();
const zh = document.documentElement.lang.startsWith("zh");
const token = (name) =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

export function short(value) {
  const size = Math.abs(value);
  const steps = zh
    ? [[1e8, "亿"], [1e4, "万"]]
    : [[1e9, "B"], [1e6, "M"], [1e3, "K"]];
  for (const [unit, word] of steps) {
    if (size >= unit) {
      const digits = size / unit >= 100 ? 0 : 1;
      return `${(value / unit).toLocaleString("en", { maximumFractionDigits: digits })}${zh ? " " : ""}${word}`;
    }
  }
  return value.toLocaleString("en", { maximumFractionDigits: 0 });
}

const base = (data) => ({
  animation: !still,
  animationDuration: 420,
  aria: { enabled: true, label: { description: data.title } },
  textStyle: { fontFamily: token("sans"), color: token("ink-2"), fontSize: 12 },
  grid: { left: 4, right: 22, top: 30, bottom: 4, containLabel: true },
  tooltip: {
    trigger: "axis",
    confine: true,
    backgroundColor: token("surface"),
    borderColor: token("line-strong"),
    textStyle: { color: token("ink"), fontSize: 12.5 },
    axisPointer: { type: "shadow", shadowStyle: { color: token("surface-3"), opacity: 0.6 } },
    valueFormatter: (value) => format(data, value),
  },
});

function format(data, value) {
  if (value === null || value === undefined) return "–";
  if (data.unit === "money") {
    return Number(value).toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  }
  return value.toLocaleString("en") + (data.suffix || "");
}

const words = () => ({ color: token("ink-2"), fontSize: 12 });
const category = (labels, extra = {}) => ({
  type: "category",
  data: labels,
  axisTick: { show: false },
  axisLine: { lineStyle: { color: token("line-strong") } },
  axisLabel: { ...words(), hideOverlap: true },
  ...extra,
});
const amounts = (data, extra = {}) => ({
  type: "value",
  splitLine: { lineStyle: { color: token("chart-grid") } },
  axisLabel: { ...words(), formatter: (value) => (data.unit === "money" ? short(value) : value) },
  splitNumber: 4,
  minInterval: data.unit === "money" ? 0 : 1,
  ...extra,
});

const kinds = {
  // Parts of a whole per group, lying: {labels, series: [{name, colour, values}], links}
  stack(data) {
    const many = data.labels.length;
    return {
      ...base(data),
      grid: { left: 4, right: 40, top: 10, bottom: 4, containLabel: true },
      xAxis: amounts(data),
      yAxis: category(data.labels, {
        inverse: true,
        axisLabel: { ...words(), width: 132, overflow: "truncate", interval: 0 },
      }),
      series: data.series.map((part) => ({
        name: part.name,
        type: "bar",
        stack: "all",
        barMaxWidth: many > 12 ? 14 : 22,
        cursor: data.links ? "pointer" : "default",
        itemStyle: { color: token(part.colour) },
        data: part.values,
      })),
    };
  },

  // Two or more counts per group, lying side by side: {labels, series: [{name, colour, values}]}
  beside(data) {
    return {
      ...kinds.stack(data),
      grid: { left: 4, right: 40, top: 28, bottom: 4, containLabel: true },
      legend: { top: 0, right: 0, itemWidth: 10, itemHeight: 10, textStyle: words() },
      series: data.series.map((part) => ({
        name: part.name,
        type: "bar",
        barMaxWidth: 14,
        itemStyle: { color: token(part.colour), borderRadius: [0, 3, 3, 0] },
        label: { show: true, position: "right", color: token("ink-2") },
        data: part.values,
      })),
    };
  },

  // A distribution: {labels, values, colours, links, previous: {name, values}}
  columns(data) {
    const series = [
      {
        name: data.name,
        type: "bar",
        barMaxWidth: 46,
        cursor: data.links ? "pointer" : "default",
        data: data.values.map((value, at) => ({
          value,
          itemStyle: {
            color: token(data.colours ? data.colours[at] : "chart-1"),
            borderRadius: [4, 4, 0, 0],
          },
        })),
        label: {
          show: true,
          position: "top",
          color: token("ink-2"),
          formatter: ({ value }) =>
            value ? (data.unit === "money" ? short(value) : value.toLocaleString("en")) : "",
        },
      },
    ];
    if (data.previous) {
      series.push({
        name: data.previous.name,
        type: "line",
        data: data.previous.values,
        symbol: "emptyCircle",
        symbolSize: 7,
        lineStyle: { width: 0 },
        itemStyle: { color: token("ink-3") },
      });
    }
    return {
      ...base(data),
      xAxis: category(data.labels),
      yAxis: amounts(data, { axisLabel: { show: false }, splitLine: { show: false } }),
      legend: data.previous
        ? { top: 0, right: 0, itemWidth: 10, itemHeight: 10, textStyle: words() }
        : undefined,
      series,
    };
  },

  // Points per dimension: {labels, max: [..], values, name, previous}
  radar(data) {
    const rings = [{ name: data.name, value: data.values, areaStyle: { opacity: 0.22 } }];
    const option = base(data);
    option.tooltip = { ...option.tooltip, trigger: "item" };
    return {
      ...option,
      radar: {
        indicator: data.labels.map((name, at) => ({ name, max: data.max[at] })),
        radius: "66%",
        splitNumber: 4,
        axisName: { color: token("ink"), fontSize: 12.5 },
        splitArea: { areaStyle: { color: ["transparent"] } },
        splitLine: { lineStyle: { color: token("line") } },
        axisLine: { lineStyle: { color: token("line") } },
      },
      series: [
        {
          type: "radar",
          symbolSize: 5,
          lineStyle: { width: 2, color: token("chart-1") },
          itemStyle: { color: token("chart-1") },
          data: rings,
        },
      ],
    };
  },

  // Values over time: {labels, series: [{name, colour, values, dashed}]}
  lines(data) {
    return {
      ...base(data),
      // Five names do not fit a phone: the legend scrolls instead of covering the lines.
      legend: {
        type: "scroll",
        top: 0,
        left: 0,
        right: 0,
        itemWidth: 14,
        itemHeight: 8,
        textStyle: words(),
        pageTextStyle: words(),
      },
      xAxis: category(data.labels, { boundaryGap: false }),
      yAxis: amounts(data, { scale: data.scale || false }),
      series: data.series.map((line) => ({
        name: line.name,
        type: "line",
        smooth: 0.25,
        showSymbol: data.labels.length < 14,
        symbolSize: 5,
        lineStyle: { width: 2, type: line.dashed ? "dashed" : "solid" },
        itemStyle: { color: token(line.colour) },
        areaStyle: line.area ? { opacity: 0.12 } : undefined,
        data: line.values,
      })),
    };
  },
};

function draw(element) {
  const source = document.getElementById(element.dataset.source);
  if (!source || !window.echarts) return;
  const data = JSON.parse(source.textContent);
  // Amounts arrive as decimal texts, so that no digit is lost before it is drawn.
  const number = (value) => (value === null ? null : Number(value));
  if (data.values) data.values = data.values.map(number);
  for (const part of data.series || []) part.values = part.values.map(number);
  drawn.get(element)?.dispose();
  const chart = window.echarts.init(element, null, { renderer: "svg", locale: zh ? "ZH" : "EN" });
  chart.setOption(kinds[element.dataset.chart](data));
  chart.on("click", (event) => {
    const row = data.links?.[event.dataIndex];
    const link = Array.isArray(row) ? row[event.seriesIndex] : row;
    if (link) window.location.assign(link);
  });
  drawn.set(element, chart);
}

const inside = (root, found) => {
  if (root.matches?.("[data-chart]")) found(root);
  root.querySelectorAll?.("[data-chart]").forEach(found);
};

document.addEventListener("xh:load", (event) => inside(event.detail, draw));
document.addEventListener("xh:unload", (event) =>
  inside(event.detail, (element) => {
    drawn.get(element)?.dispose();
    drawn.delete(element);
  }),
);
document.addEventListener("xh:theme", () => [...drawn.keys()].forEach(draw));
const watcher = new ResizeObserver((entries) =>
  entries.forEach((entry) => drawn.get(entry.target)?.resize()),
);
document.addEventListener("xh:load", () => drawn.forEach((_, element) => watcher.observe(element)));
